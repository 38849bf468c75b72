use proptest::prelude::*;

use super::*;

/// `~` stands for a no-break space, so that a reader can see it.
const LITHUANIAN: &[(&str, &str)] = &[
    ("\"Geras\" vaikas", "„Geras“ vaikas"),
    ("(\"Geras\")", "(„Geras“)"),
    ("sakė: \"Taip.\"", "sakė: „Taip.“"),
    ("\"a \"b c\" d\"", "„a~„b~c“ d“"),
    ("„jau geras\" tekstas", "„jau geras“ tekstas"),
    ("UAB ,,Vanduo''", "UAB „Vanduo“"),
    ("UAB ,,Vanduo“ yra", "UAB „Vanduo“ yra"),
    ("vienas,,du", "vienas,,du"),
    ("O'Connor ir ''nieko", "O'Connor ir ''nieko"),
    ("17\" ekranas", "17\" ekranas"),
    ("\"17\" numeris", "„17“ numeris"),
    ("a\"b\"c", "a\"b\"c"),
    ("miestas - tai namai", "miestas~– tai namai"),
    ("miestas -- tai namai", "miestas~– tai namai"),
    ("miestas – tai namai", "miestas~– tai namai"),
    ("- sąrašas", "- sąrašas"),
    ("komanda --output ir -x", "komanda --output ir -x"),
    ("žaliai-geltona", "žaliai-geltona"),
    ("2021-2023 metai", "2021–2023 metai"),
    ("(2021-2023)", "(2021–2023)"),
    ("5-12 klasės", "5–12 klasės"),
    ("90-100 %", "90–100~%"),
    ("dirbame 8.00-17.00 val.", "dirbame 8.00–17.00~val."),
    ("22:00-6:00", "22:00–6:00"),
    ("1,5-2,5 Eur", "1,5–2,5~Eur"),
    ("2026-11-23", "2026-11-23"),
    ("2026-11", "2026-11"),
    ("sprendimas Nr. T1-177", "sprendimas Nr.~T1-177"),
    ("Nr. 12-34", "Nr.~12-34"),
    ("kodas 12-3-4", "kodas 12-3-4"),
    ("12-3-4", "12-3-4"),
    ("tel. 8-37 123456", "tel. 8-37 123456"),
    ("tel. 212-345", "tel. 212-345"),
    ("tel. (8-37) 123456", "tel. (8-37) 123456"),
    ("Turgaus g. 5-12", "Turgaus g.~5-12"),
    ("10 000-20 000", "10 000-20 000"),
    ("8-600 12345", "8-600 12345"),
    ("+370 5 212-345", "+370 5 212-345"),
    ("EN 301-549", "EN 301-549"),
    ("LT-91245", "LT-91245"),
    ("05-07", "05-07"),
    ("Palaukite...", "Palaukite…"),
    ("pildyti ....", "pildyti ...."),
    ("o jis į mišką", "o~jis į~mišką"),
    ("ir O jis (o ne ji)", "ir O~jis (o~ne ji)"),
    ("Į salę ė kas", "Į~salę ė~kas"),
    ("ir jis už kampo", "ir jis už kampo"),
    ("2026 m. lapkričio 23 d.", "2026~m. lapkričio~23~d."),
    ("Nr. 5, 20 Eur, 5 %, 10 km", "Nr.~5, 20~Eur, 5~%, 10~km"),
    ("8 val. ryto, str. 3", "8~val. ryto, str.~3"),
    ("J. Basanavičius ir J. J. Kazys", "J.~Basanavičius ir J.~J.~Kazys"),
    ("Ž. Žemaitė", "Ž.~Žemaitė"),
    ("dr. Jonas ir prof. Ona", "dr.~Jonas ir prof.~Ona"),
    ("A. a. Jonas", "A.~a. Jonas"),
    ("T. y. taip, t. y. ne, š. m. gegužę, ir t. t.", "T.~y. taip, t.~y. ne, š.~m. gegužę, ir t.~t."),
    ("10 000 ir 1 000 000 gyventojų", "10~000 ir 1~000~000 gyventojų"),
    ("2026 100 kartų", "2026 100 kartų"),
    ("3 tūkst. ir 5 mln.", "3~tūkst. ir 5~mln."),
    ("5 m ilgio", "5~m ilgio"),
    ("5 mokyklos", "5 mokyklos"),
    ("XX a. pradžia", "XX~a. pradžia"),
    ("Vilniaus g. 5", "Vilniaus g.~5"),
    ("vitaminas. Jis", "vitaminas. Jis"),
    ("", ""),
    (" ", " "),
];
const ENGLISH: &[(&str, &str)] = &[
    ("\"Yes\", he said", "“Yes”, he said"),
    ("it's the mayor's 'new' office", "it’s the mayor’s ‘new’ office"),
    ("the '90s and rock 'n' roll", "the ’90s and rock ‘n’ roll"),
    ("\"'a' b\"", "“‘a’ b”"),
    ("5'10\" tall", "5'10\" tall"),
    ("town - that is home", "town~– that is home"),
    ("town--that is---home", "town—that is—home"),
    ("run it with --output", "run it with --output"),
    ("2021-2023, pages 5-12", "2021–2023, pages 5–12"),
    ("Wait...", "Wait…"),
    ("10 km, 5 % and 3 million", "10~km, 5~% and 3~million"),
    ("I am a man", "I am a man"),
];

fn once(text: &str, language: Language) -> String {
    typeset(text, language, &mut Quotes::default()).into_owned()
}

#[test]
fn examples_are_set_as_a_typographer_would() {
    for (language, table) in [(Language::Lithuanian, LITHUANIAN), (Language::English, ENGLISH)] {
        for (written, expected) in table {
            let expected = expected.replace('~', "\u{a0}");
            assert_eq!(once(written, language), expected, "{written}");
            assert_eq!(once(&expected, language), expected, "again: {written}");
            // Far from the start of the piece, where whole chunks are looked at, it is the same.
            let padding = "x".repeat(70) + "\n";
            assert_eq!(once(&(padding.clone() + written), language), padding + &expected, "late: {written}");
        }
    }
}

fn pieces(texts: &[&str], language: Language) -> String {
    let mut state = Quotes::default();
    texts.iter().map(|text| typeset(text, language, &mut state).into_owned()).collect::<Vec<_>>().join("|")
}

#[test]
fn what_stood_in_earlier_pieces_counts() {
    let set = |texts: &[&str]| pieces(texts, Language::Lithuanian).replace('\u{a0}', "~");
    assert_eq!(set(&["sakė \"", "taip", "\" jis"]), "sakė „|taip|“ jis");
    assert_eq!(set(&["žodis", "\" ne"]), "žodis|“ ne");
    assert_eq!(set(&["o", " jis"]), "o|~jis");
    assert_eq!(set(&["bet", "o", " jis"]), "bet|o| jis");
    assert_eq!(set(&["o ", "jis"]), "o~|jis");
    assert_eq!(set(&["Nr. ", "5"]), "Nr.~|5");
    assert_eq!(set(&["5", " %"]), "5|~%");
    assert_eq!(set(&["miestas", " - namai"]), "miestas|~– namai");
    assert_eq!(set(&["T", "1-2"]), "T|1-2");
}

#[test]
fn a_line_does_not_end_after_a_one_letter_word() {
    let mut state = Quotes::default();
    typeset("kur jis, o", Language::Lithuanian, &mut state);
    assert_eq!(state.soft_break(Language::Lithuanian), "\u{a0}");
    typeset("ji to", Language::Lithuanian, &mut state);
    assert_eq!(state.soft_break(Language::Lithuanian), "\n");
}

#[test]
fn every_change_of_the_careful_rules_is_found_by_the_quick_test() {
    // The same text in front of which 0 to 40 bytes stand: the places fall on every position of a chunk.
    for (written, expected) in LITHUANIAN {
        for shift in 0..40 {
            let padding = "y".repeat(shift) + "\n";
            let expected = expected.replace('~', "\u{a0}");
            assert_eq!(once(&(padding.clone() + written), Language::Lithuanian), padding + &expected);
        }
    }
}

fn language() -> impl Strategy<Value = Language> {
    prop_oneof![Just(Language::Lithuanian), Just(Language::English)]
}

/// Texts made of what the rules look at, denser than any real one.
fn texts() -> impl Strategy<Value = Vec<String>> {
    let atoms = prop::sample::select(vec![
        "\"",
        "'",
        "''",
        ",,",
        ",",
        ".",
        "...",
        "..",
        "-",
        "--",
        "–",
        "—",
        " ",
        " ",
        " ",
        "\u{a0}",
        "\n",
        "(",
        ")",
        "„",
        "“",
        "”",
        "‘",
        "’",
        "…",
        "5",
        "12",
        "000",
        "2021",
        "2023",
        "o",
        "į",
        "žodis",
        "m",
        "m.",
        "a.",
        "Nr.",
        "J.",
        "Kazys",
        "lapkričio",
        "km",
        "%",
        "XX",
        "tel.",
        "š",
        ":",
        "/",
        "+",
        "T1",
        "EN",
        "я",
        "€",
    ]);
    let text = prop::collection::vec(atoms, 0..14).prop_map(|atoms| atoms.concat());
    prop::collection::vec(prop_oneof![3 => text, 1 => any::<String>()], 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn setting_twice_is_setting_once(texts in texts(), language in language()) {
        let mut first = Quotes::default();
        let mut second = Quotes::default();
        for text in &texts {
            let set = typeset(text, language, &mut first);
            let again = typeset(&set, language, &mut second);
            prop_assert_eq!(&set, &again);
            prop_assert_eq!(&first, &second);
        }
    }

    #[test]
    fn letters_and_digits_never_change(texts in texts(), language in language()) {
        let kept = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let mut state = Quotes::default();
        for text in &texts {
            prop_assert_eq!(kept(text), kept(&typeset(text, language, &mut state)));
        }
    }

    #[test]
    fn it_is_borrowed_exactly_when_nothing_changed(text in any::<String>(), language in language()) {
        let set = typeset(&text, language, &mut Quotes::default());
        prop_assert_eq!(matches!(set, Cow::Borrowed(_)), set == text);
    }

    #[test]
    fn only_punctuation_and_spaces_are_touched(texts in texts(), language in language()) {
        const TOUCHED: &str = "\"',.- \u{a0}–—…„“”‘’";
        let kept = |text: &str| text.chars().filter(|&c| !TOUCHED.contains(c)).collect::<String>();
        let mut state = Quotes::default();
        for text in &texts {
            prop_assert_eq!(kept(text), kept(&typeset(text, language, &mut state)));
        }
    }
}

use std::path::Path;
use std::sync::LazyLock;

use messages::Language;
use proptest::prelude::*;

use super::prose::{of_markdown, of_plain};
use super::*;

static DICTIONARIES: LazyLock<Dictionaries> =
    LazyLock::new(|| Dictionaries::load(Path::new(spelling::FOLDER)).unwrap_or_else(|error| panic!("{error}")));

/// Sentences as good municipal pages have them: nothing is wrong, and nothing may be found.
const CLEAN: &[&str] = &[
    "Ąžuolyno rajono savivaldybės taryba posėdyje priėmė 22 sprendimus.",
    "Posėdyje priimti 22 sprendimai, apsvarstyti 3 klausimai ir patvirtintos 2 programos.",
    "Šiemet gauta 20 paraiškų, patenkinta 15, atmesta 5.",
    "Priimtas 21 sprendimas, pasirašyta 1 sutartis, išduota 11 leidimų.",
    "Lietuvos Respublikos Seimas ir Lietuvos Respublikos Vyriausybė patvirtino 2026–2030 m. programą.",
    "Vadovaudamasi Lietuvos Respublikos vietos savivaldos įstatymo 15 straipsnio 2 dalies 4 punktu, taryba nusprendžia:",
    "Lietuvos Respublikos vidaus reikalų ministerija atsakė, kad lėšų pakaks.",
    "Vidaus reikalų ministerija ir Aplinkos ministerija pritarė projektui.",
    "Savivaldybės administracijos direktorius (toliau – Direktorius) teikia ataskaitą Tarybai.",
    "Skyriaus vedėjas vadovauja Skyriui ir atsako už jo veiklą.",
    "Europos Sąjungos Taryba ir Europos Komisija paskelbė kvietimą.",
    "Seimo narys Jonas Kazlauskas lankėsi Kaltinėnų seniūnijoje.",
    "Šilalės Simono Gaudėšiaus gimnazija kviečia į atvirų durų dieną.",
    "Vilniaus miesto savivaldybė ir Kauno rajono savivaldybė keičiasi patirtimi.",
    "Dirbame I–V 8.00–17.00 val., pietų pertrauka 12.00–12.45 val.",
    "Biblioteka dirba pirmadieniais–penktadieniais nuo 9.00 iki 19.00 val.",
    "Sprendimas Nr. T1-101, įsakymas Nr. A-22, potvarkis Nr. M1-5.",
    "Skambinkite tel. (0 000) 00 001 arba +370 600 00000.",
    "Prašymą pateikite iki 2026-12-31 el. paštu savivaldybe@azuolynas.example.",
    "2026 m. lapkričio 25 d. 11.52 val. bus tikrinamos sirenos.",
    "UAB „Ąžuolyno vanduo“ praneša apie darbus Liepų gatvėje.",
    "Bendrovė UAB „Leidykla „Šviesa“ išleido knygą apie rajoną.",
    "Sakė: „Ačiū visiems, kas padėjo.“ Visi plojo.",
    "UAB \"Vanduo\" ir UAB ,,Šiluma'' teikia paslaugas.",
    "Miestas - tai namai, kuriuose gyvename visi.",
    "Laikotarpis 2020-2024 m. buvo sėkmingas.",
    "Dvi- ir trivietis kambarys, socialinis-ekonominis etapas.",
    "Projekto „Žalias miestas“ vertė – 2,5 milijono eurų.",
    "Skirta 10 000 eurų, surinkti 1 022 eurai, liko 5,5 euro.",
    "Per 21 dieną gautas 31 prašymas; per 20 dienų – 40 prašymų.",
    "Gyventojų skaičius – 20 451, iš jų 12 procentų – vaikai.",
    "Pateikti 22 gyventojų prašymai, pateikta 20 gyventojų prašymų.",
    "Reikia patvirtinti 20 sprendimų ir pateikti 22 dokumentus.",
    "10 klasės mokiniai laimėjo, 20 vietų liko laisvų.",
    "Nuo gruodžio 20 dienos iki sausio 2 dienos įstaiga nedirbs.",
    "Iš viso užregistruoti 105 dalyviai, iš jų 43 moterys.",
    "Visą 2026 m. laikotarpį viso rajono gyventojai galės teikti pasiūlymus.",
    "Daugiau kaip 100 žmonių dalyvavo talkoje.",
    "Temperatūra pakils virš 20 laipsnių šilumos.",
    "Padedant savanoriams ir gyventojų dėka parkas sutvarkytas.",
    "Pirmoji pagalba, socialinė pagalba, psichologo pagalba ir policijos pagalba teikiama visą parą.",
    "Šiuo tikslu pavesti administracijos direktoriui parengti planą.",
    "Kelio ženklai keičiami siekiant pagerinti saugumą.",
    "Atsižvelgiant į orą, renginys gali būti nukeltas į kitą dieną.",
    "Kreipkitės į seniūniją, į Ąžuolyno rajono savivaldybę arba į mokyklą.",
    "Ateikite į čia pat esančią salę ir į mieste vykstančius renginius.",
    "Atsižvelgiant į visa tai, siūloma projektui pritarti.",
    "Klausimas įtrauktas į darbotvarkę, pasiūlymas pateiktas komitetui.",
    "Nepaisant lietaus, susirinko pilna salė žmonių.",
    "Renginį vedė Ona Ąžuolaitė, surengė kultūros centras.",
    "Nuotraukos skelbiamos svetainėje, o sutartys dedamos į bylą.",
    "Pastaruoju metu nuolat gaunama paklausimų dėl atliekų.",
    "Mokestį mokėkite iki šio mėnesio pabaigos, šį sprendimą galima apskųsti.",
    "Toliau pateikiama informacija, anksčiau minėtas tvarkaraštis nesikeičia.",
    "Ar turite klausimų? Rašykite mums!",
    "Gimnazijos Taryba svarstė ugdymo planą.",
    "Šeimos kortelė suteikia nuolaidų, pavyzdžiui, baseine ir bibliotekoje.",
    "Kelionė autobusu Vilnius–Kaunas trunka apie 1 val. 30 min.",
    "Šventės metu, nuo 14 iki 20 val., eismas bus uždarytas.",
    "Merės Onos Ąžuolaitės darbotvarkė, mero pavaduotojo priėmimo laikas.",
    "Prie mokyklos pastatytas tiltas, pasodinti 33 medžiai ir 3 liepos.",
    "Ekranas 17\" ir vamzdis 2\" skersmens.",
    "Vaizdo įrašas paskelbtas 2026 m.; dalyvavo apie 30 savanorių.",
    "Paraiškas vertina 5 narių komisija, sudaryta iš 7 narių.",
    "Gegužės–birželio mėn. vyks remontas, 5–12 klasių mokiniai bus pavežami.",
    "Šių metų biudžetas didesnis, mūsų ir jūsų pasiūlymai aptarti.",
    "Aikštėje stovės 3 eglės, koncertuos 4 chorai.",
    "Lietuvos Didžiosios Kunigaikštystės didysis seimas rinkosi Vilniuje.",
];

/// Sentences with one mistake: its kind, and what of the text is told.
const PLANTED: &[(&str, MistakeKind, &str)] = {
    use MistakeKind::{CapitalLetter, Dash, GreatError, LostDiacritics, NumeralAgreement, Quotes, Range};
    &[
        ("Bendrovė „Vanduo” dirba.", Quotes, "”"),
        ("Bendrovė “Vanduo“ dirba.", Quotes, "“"),
        ("Bendrovė „Vanduo dirba.", Quotes, "„"),
        ("Bendrovė Vanduo“ dirba.", Quotes, "“"),
        ("Bendrovė „ Vanduo“ dirba.", Quotes, "„ "),
        ("Bendrovė „Vanduo “ dirba.", Quotes, " “"),
        ("Vienas,,du ir trys.", Quotes, ",,"),
        ("Bendrovė a\"b dirba.", Quotes, "\""),
        ("Miestas--namai.", Dash, "--"),
        ("Miestas -namai.", Dash, " -"),
        ("Miestas- namai.", Dash, "- "),
        ("Vyks sausio-kovo mėn.", Range, "sausio-kovo"),
        ("Dirbame I-V.", Range, "I-V"),
        ("Dirbame pirmadieniais-penktadieniais.", Range, "pirmadieniais-penktadieniais"),
        ("Laikotarpis 2020 – 2024 m.", Range, " – "),
        ("Dirbame 8.00 - 17.00 val.", Range, " - "),
        ("Laikotarpis 2020-2024m.", Range, "2020-2024m"),
        ("Autobusas Vilnius-Kaunas.", Range, "Vilnius-Kaunas"),
        ("Ąžuolyno Rajono savivaldybė praneša.", CapitalLetter, "Rajono"),
        ("Ąžuolyno rajono Savivaldybė praneša.", CapitalLetter, "Savivaldybė"),
        ("Pritarė savivaldybės Taryba.", CapitalLetter, "Taryba"),
        ("Pasirašė administracijos Direktorius.", CapitalLetter, "Direktorius"),
        ("Pasirašė savivaldybės Meras.", CapitalLetter, "Meras"),
        ("Skelbia Kaltinėnų Seniūnija.", CapitalLetter, "Seniūnija"),
        ("Tai lietuvos respublikos įstatymas.", CapitalLetter, "respublikos"),
        ("Lietuvos Respublikos seimas nusprendė.", CapitalLetter, "seimas"),
        ("Lietuvos Respublikos vyriausybės nutarimas.", CapitalLetter, "vyriausybės"),
        ("Lėšos iš Europos sąjungos fondų.", CapitalLetter, "sąjungos"),
        ("Įstatymas priimtas seime.", CapitalLetter, "seime"),
        ("2026 m. Lapkričio 25 d. vyks šventė.", CapitalLetter, "Lapkričio"),
        ("Lietuvos Respublikos Vidaus reikalų ministerija atsakė.", CapitalLetter, "Vidaus"),
        ("Vadovauja Socialinės Paramos Skyriui.", CapitalLetter, "Skyriui"),
        ("Posėdyje priimta 22 sprendimai.", NumeralAgreement, "priimta 22 sprendimai"),
        ("Priimta **22** sprendimų.", NumeralAgreement, "Priimta 22 sprendimų"),
        ("Priimta 3 rezoliucijos.", NumeralAgreement, "Priimta 3 rezoliucijos"),
        ("Priimta 20 sprendimai.", NumeralAgreement, "Priimta 20 sprendimai"),
        ("Priimta 21 sprendimas.", NumeralAgreement, "Priimta 21 sprendimas"),
        ("Priimti 3 rezoliucijos.", NumeralAgreement, "Priimti 3 rezoliucijos"),
        ("Gautos 20 paraiškų.", NumeralAgreement, "Gautos 20 paraiškų"),
        ("Dalyvavo 20 vaikai.", NumeralAgreement, "20 vaikai"),
        ("Dalyvavo 21 gyventojai.", NumeralAgreement, "21 gyventojai"),
        ("Kaina 2,5 eurų.", NumeralAgreement, "2,5 eurų"),
        ("Skirta 1 022 eurai.", NumeralAgreement, "Skirta 1 022 eurai"),
        ("Svarstoma 22 klausimai.", NumeralAgreement, "Svarstoma 22 klausimai"),
        ("Dalyvavo 20 gyventoju.", LostDiacritics, "20 gyventoju"),
        ("Tai sis sprendimas.", LostDiacritics, "sis"),
        ("Kreipkitės į savivaldybe.", LostDiacritics, "savivaldybe"),
        ("Eikite į mokykla.", LostDiacritics, "mokykla"),
        ("Sumokėkite mokesti laiku.", LostDiacritics, "mokesti"),
        ("Skaitykite musų naujienas.", LostDiacritics, "musų"),
        ("Ateikite šeštadieni.", LostDiacritics, "šeštadieni"),
        ("Galioja šia savaitę.", LostDiacritics, "šia savaitę"),
        ("Taryba tai pat pritarė.", LostDiacritics, "tai pat"),
        ("Sekantis posėdis rytoj.", GreatError, "Sekantis"),
        ("Sekančią savaitę nedirbsime.", GreatError, "Sekančią"),
        ("Kelias pastoviai valomas.", GreatError, "pastoviai"),
        ("Tai įtakoja kainą.", GreatError, "įtakoja"),
        ("Lietus iššaukė potvynį.", GreatError, "iššaukė"),
        ("Nuostoliai gaisro dėka.", GreatError, "gaisro dėka"),
        ("Pildoma programos pagalba.", GreatError, "programos pagalba"),
        ("Ko pasekoje kelias uždarytas.", GreatError, "Ko pasekoje"),
        ("Apart šito, viskas gerai.", GreatError, "Apart"),
        ("Nuotraukos talpinamos čia.", GreatError, "talpinamos"),
        ("Atlikta metų bėgyje.", GreatError, "metų bėgyje"),
        ("Tame tarpe ir vaikai.", GreatError, "Tame tarpe"),
        ("Populiaru mokinių tarpe.", GreatError, "mokinių tarpe"),
        ("Priklausomai nuo oro.", GreatError, "Priklausomai nuo"),
        ("Darbai pilnai baigti.", GreatError, "pilnai"),
        ("Posėdis pravestas vakar.", GreatError, "pravestas"),
        ("Taryba įnešė pasiūlymą.", GreatError, "įnešė pasiūlymą"),
        ("Liko eilė klausimų.", GreatError, "eilė klausimų"),
        ("Dalyvavo virš 100 žmonių.", GreatError, "virš 100 žmonių"),
        ("Skirta virš 2 000 eurų.", GreatError, "virš 2 000 eurų"),
        ("Keičiama tikslu pagerinti saugumą.", GreatError, "tikslu pagerinti"),
        ("Tai dalinai tiesa.", GreatError, "dalinai"),
        ("Nežiūrint lietaus, susirinko.", GreatError, "Nežiūrint"),
        ("Kaip taisyklė, dirbame.", GreatError, "Kaip taisyklė"),
        ("Viso gauta 20 paraiškų.", GreatError, "Viso gauta"),
        ("Žemiau pateikta lentelė.", GreatError, "Žemiau pateikta"),
        ("Gyventojų kiekis auga.", GreatError, "Gyventojų kiekis"),
        ("Apjungti du skyriai.", GreatError, "Apjungti"),
        ("Paskutiniu metu šąla.", GreatError, "Paskutiniu metu"),
    ]
};

fn found(markdown: &str) -> Vec<(MistakeKind, String)> {
    mistakes(markdown, Language::Lithuanian).into_iter().map(|mistake| (mistake.kind, mistake.found)).collect()
}

#[test]
fn clean_sentences_raise_no_alarm() {
    let alarms: Vec<_> =
        CLEAN.iter().flat_map(|text| found(text).into_iter().map(move |alarm| (text, alarm))).collect();
    assert!(alarms.is_empty(), "{} of {}: {alarms:#?}", alarms.len(), CLEAN.len());
}

#[test]
fn planted_mistakes_are_found() {
    let missed: Vec<_> = PLANTED
        .iter()
        .map(|(text, kind, part)| (text, vec![(*kind, (*part).to_owned())], found(text)))
        .filter(|(_, planted, told)| planted != told)
        .collect();
    assert!(missed.is_empty(), "{} of {}: {missed:#?}", missed.len(), PLANTED.len());
}

#[test]
fn what_to_write_instead_is_right_itself() {
    for (text, right) in [
        ("Posėdyje priimta 22 sprendimai.", "priimti 22 sprendimai"),
        ("Priimta 22 sprendimų.", "Priimti 22 sprendimai"),
        ("Gauta 3 paraiškos.", "Gautos 3 paraiškos"),
        ("Priimta 20 sprendimai.", "Priimta 20 sprendimų"),
        ("Priimta 21 sprendimas.", "Priimtas 21 sprendimas"),
        ("Dalyvavo 21 gyventojai.", "21 gyventojas"),
        ("Kaina 2,5 eurų.", "2,5 euro"),
        ("Kreipkitės į savivaldybe.", "savivaldybę"),
        ("Vyks sausio-kovo mėn.", "sausio–kovo"),
        ("Lietuvos Respublikos seimas nusprendė.", "Seimas"),
    ] {
        let told = mistakes(text, Language::Lithuanian);
        assert_eq!(told.first().and_then(|mistake| mistake.instead.as_deref()), Some(right), "{text}");
    }
}

#[test]
fn a_quotation_may_run_over_paragraphs() {
    assert_eq!(found("Meras sakė: „Pirma pastraipa.\n\nAntra pastraipa.“\n"), []);
    assert_eq!(found("Meras sakė: „Pirma pastraipa.\n\nAntra pastraipa.\n").len(), 1);
}

#[test]
fn other_languages_and_code_have_their_own_rules() {
    assert_eq!(found("Rodoma <span lang=\"en\">the “new” town hall</span> ir `priimta 22 sprendimai`."), []);
    assert_eq!(found("<span lang=\"en\">Smart halls</span> – tai \"Protingos salės\"."), []);
    assert_eq!(mistakes("The “new” town hall, apart from that.", Language::English), []);
}

#[test]
fn the_total_of_a_table_is_told() {
    let table = "| Rodiklis | Suma |\n|---|---|\n| Viso | 20 |\n| Viso: | 20 |\n| Iš viso | 20 |\n";
    assert_eq!(found(table).len(), 2);
}

#[test]
fn what_the_output_mends_is_information() {
    let passages = of_markdown("UAB \"Vanduo\" - tai 2020-2024 m. planas...", Language::Lithuanian);
    let told: Vec<_> = set_on_output(&passages).into_iter().map(|mistake| (mistake.kind, mistake.found)).collect();
    let expected = [
        (MistakeKind::Quotes, "\""),
        (MistakeKind::Quotes, "\""),
        (MistakeKind::NonBreakingSpace, " "),
        (MistakeKind::Dash, "-"),
        (MistakeKind::Range, "-"),
        (MistakeKind::NonBreakingSpace, " "),
        (MistakeKind::Ellipsis, "..."),
    ];
    assert_eq!(told, expected.map(|(kind, text)| (kind, text.to_owned())));
    assert_eq!(mistakes_of(&passages), []);
}

#[test]
fn every_mistake_can_be_said_in_both_languages() {
    for (text, _, part) in PLANTED {
        for mistake in mistakes(text, Language::Lithuanian) {
            for language in Language::ALL {
                let said = language.say(&mistake.message());
                assert!(said.contains(part) && !said.contains(['[', '{']), "{said}");
            }
        }
    }
}

#[test]
fn clean_sentences_are_spelled_right() {
    let allowed = AllowedWords::new(
        ["Ąžuolynas", "Ąžuolaitė", "Kaltinėnai", "Gaudėšius", "seniūnaitis", "talka", "trivietis"].iter().copied(),
    );
    let allows = |word: &str| allowed.allows(word);
    let spelling = Spelling::new(&DICTIONARIES, &allows);
    let unknown: Vec<_> = CLEAN
        .iter()
        .flat_map(|text| spelling.unknown(&of_plain(text, Language::Lithuanian)))
        .map(|found| found.word)
        .collect();
    assert_eq!(unknown, [""; 0]);
}

proptest! {
    /// Pieces that mean something to the parser, the rules or the tables, in any order.
    #[test]
    fn no_text_makes_it_stumble(pieces in prop::collection::vec(prop_oneof![
        ".{0,6}",
        prop::sample::select(vec![
            "**", "„", "“", "”", "\"", ",,", "''", " - ", "--", "\n\n", "\n", "```žingsniai\n", "```\n", "> ", "- ",
            "<span lang=\"en\">", "</span>", "<!--", "-->", "![", "](a \"b\")", "[", "&amp;", "| a | b |\n|---|---|\n",
            "priimta ", "22 ", "1 000 ", "2,5 ", "sprendimai", "ė\u{307}", "\u{ad}", "Lietuvos respublikos ", "į savivaldybe ",
            "virš ", "žmonių ", "2020-2024", "I-V", "`x`", "\u{fffc}", "\u{a0}", "\\", "www.a.lt/", "<b", ">",
        ]).prop_map(str::to_owned),
    ], 0..24)) {
        let text = pieces.concat();
        for passages in [of_markdown(&text, Language::Lithuanian), of_plain(&text, Language::Lithuanian)] {
            let told = mistakes_of(&passages).into_iter().chain(set_on_output(&passages)).map(|mistake| mistake.range);
            let unknown = unknown_words(&passages, &DICTIONARIES, &|_| false).into_iter().map(|word| word.range);
            for range in told.chain(unknown) {
                prop_assert!(text.get(range.clone()).is_some(), "{range:?} of {text:?}");
            }
        }
    }
}

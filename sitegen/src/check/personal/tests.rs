use messages::Language;
use proptest::prelude::*;

use super::PersonalKind::{BirthDate, Iban, PersonalCode};
use super::*;

fn found(text: &str) -> Vec<(PersonalKind, &str)> {
    find(text).into_iter().map(|data| (data.kind, &text[data.range])).collect()
}

#[test]
fn a_code_is_found_however_it_is_written() {
    // The second needs the other row of weights; the third ends in 0 after both.
    for code in [
        "38001020125",
        "38001020054",
        "38001020910",
        "3 800102 0125",
        "3-800102-0125",
        "3 80 01 02 0125",
        "3800102 0125",
        "3\u{a0}8001020125",
    ] {
        let text = format!("Asmens kodas (a. k. {code}), gyv. Ąžuolų g. 1.");
        assert_eq!(found(&text), [(PersonalCode, code)], "{text}");
    }
}

#[test]
fn a_code_is_found_at_the_ends_of_a_text_and_in_a_table() {
    assert_eq!(found("38001020125"), [(PersonalCode, "38001020125")]);
    assert_eq!(found("1;38001020125;Jonas"), [(PersonalCode, "38001020125")]);
    assert_eq!(found("12 38001020125 5"), [(PersonalCode, "38001020125")]);
}

#[test]
fn what_only_looks_like_a_code_is_left_alone() {
    let texts = [
        "+37061234567",
        "8 612 34567",
        "38001020122",           // check digit
        "38013020125",           // month
        "38002300125",           // day
        "98001020125",           // century
        "138001020125",          // longer
        "380010201255",          // longer
        "LT38001020125",         // value added tax number
        "ab38001020125",         // part of a word
        "0,38001020125",         // part of a number
        "38001020125.5",         // part of a number
        "38001020125-77",        // part of a number
        "+38001020125",          // telephone number
        "3 8 0 0 1 0 2 0 1 2 5", // columns of a table
        "38001\t020125",         // columns of a table
    ];
    for text in texts {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn an_account_is_found_however_it_is_written() {
    let accounts = [
        "LT121000011101001000",
        "LT12 1000 0111 0100 1000",
        "lt12 1000 0111 0100 1000",
        "GB82WEST12345698765432",
        "NO9386011117947",
    ];
    for account in accounts {
        let text = format!("Sąskaita: {account}, bankas");
        assert_eq!(found(&text), [(Iban, account)], "{text}");
    }
}

#[test]
fn what_only_looks_like_an_account_is_left_alone() {
    for text in
        ["LT121000011101001001", "LT1210000111010010001", "XX121000011101001000", "ALT121000011101001000", "LT12"]
    {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn a_date_is_a_birth_date_when_words_say_so() {
    let texts = [
        ("Jonas Jonaitis, gim. 1980-01-02, Kaune", "1980-01-02"),
        ("gim. 1980 01 02", "1980 01 02"),
        ("Gimimo data: 1980.01.02", "1980.01.02"),
        ("gimimo data – 1980 m. sausio 2 d.", "1980 m. sausio 2 d."),
        ("gimęs 1980 m. sausio 2 d. Vilniuje", "1980 m. sausio 2 d."),
        ("Ona, gimusi 1985 m. rugpjūčio 31 d.", "1985 m. rugpjūčio 31 d."),
        ("GIMĘS 1980-01-02", "1980-01-02"),
        ("gim. data 02.01.1980", "02.01.1980"),
        ("She was born on 2 January 1980.", "2 January 1980"),
        ("born January 2, 1980", "January 2, 1980"),
        ("Date of birth: 1980-01-02", "1980-01-02"),
    ];
    for (text, date) in texts {
        assert_eq!(found(text), [(BirthDate, date)], "{text}");
    }
}

#[test]
fn other_dates_are_left_alone() {
    let texts = [
        "2026-01-02 posėdis",
        "gimnazija 2020-01-02",
        "gim. 1851-11-23", // of history
        "gimęs 1980 m.",   // only the year
        "gim. 1980-13-02", // no such month
        "gimimo liudijimas išduotas 2020-01-02",
        "gimtadienis 2020-01-02",
    ];
    for text in texts {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn findings_come_in_order_and_do_not_overlap() {
    let text = "gim. 1980-01-02, a. k. 38001020125, sąsk. LT12 1000 0111 0100 1000";
    assert_eq!(found(text).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>(), [BirthDate, PersonalCode, Iban]);
}

#[test]
fn what_is_found_is_never_repeated_whole() {
    let text = "gim. 1980-01-02, a. k. 3 800102 0125, sąsk. LT12 1000 0111 0100 1000";
    let data = find(text);
    let masked: Vec<String> = data.iter().map(|data| data.masked(text)).collect();
    assert_eq!(masked, ["…", "3…125", "LT…1000"]);
    assert_eq!(data[2].compact(text), "LT121000011101001000");
    for data in &data {
        for language in Language::ALL {
            let said = language.say(&data.message(text));
            assert!(!said.starts_with('[') && !said.contains(&text[data.range.clone()]), "{said}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_searched_and_ranges_are_sound(text in "\\PC{0,200}") {
        for data in find(&text) {
            prop_assert!(text.get(data.range.clone()).is_some());
            prop_assert!(data.masked(&text).len() < 12);
        }
    }

    #[test]
    fn any_mixture_of_likely_parts_is_searched(parts in prop::collection::vec(
        prop::sample::select(vec!["38001020125", "LT12", "1000", "gim.", " ", "-", "ą", "1980-01-02", "3", "0125", "m. sausio", "\u{a0}"]), 0..40)) {
        let text = parts.concat();
        for data in find(&text) {
            prop_assert!(text.get(data.range.clone()).is_some());
            prop_assert!(!data.masked(&text).contains(&text[data.range.clone()]));
        }
    }
}

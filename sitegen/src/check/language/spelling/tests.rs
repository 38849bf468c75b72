use std::path::Path;
use std::sync::LazyLock;

use super::super::prose::{of_markdown, of_plain};
use super::*;

/// The error of a missing dictionary names the package that brings it.
static DICTIONARIES: LazyLock<Dictionaries> =
    LazyLock::new(|| Dictionaries::load(Path::new(FOLDER)).unwrap_or_else(|error| panic!("{error}")));

fn unknown(markdown: &str, allowed: &[&str]) -> Vec<String> {
    let allowed = AllowedWords::new(allowed.iter().copied());
    let passages = of_markdown(markdown, Language::Lithuanian);
    let found = unknown_words(&passages, &DICTIONARIES, &|word| allowed.allows(word));
    for word in &found {
        assert_eq!(markdown[word.range.clone()], word.word);
    }
    found.into_iter().map(|unknown| unknown.word).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn words_in_the_dictionary_are_right() {
    assert_eq!(unknown("Rajono **savivaldybės** taryba priėmė sprendimą. Gyventojai kviečiami.", &[]), NONE);
    assert_eq!(unknown("## GYVENTOJŲ PRIĖMIMAS IR KONSULTAVIMAS", &[]), NONE);
}

#[test]
fn slips_of_the_finger_are_found() {
    assert_eq!(unknown("Savivaldybės tarbya priėme sprendima.", &[]), ["tarbya", "priėme", "sprendima"]);
    assert_eq!(unknown("SUTARCIU PASIRAŠYMAS SENIŪNIJOSE", &[]), ["SUTARCIU"]);
}

#[test]
fn what_is_no_word_is_left_alone() {
    let text = "Nr. T1-101, 5-ąją d., 12 kWh, LR, VšĮ, BDAR, PVM-o, XXVIII a., a@azuolynas.example, www.azuolynas.lt, \
                plg. 3 str., `nežinomakomanda`, sutartis.pdf, 8.00–17.00 val. ir pan.";
    assert_eq!(unknown(text, &[]), NONE);
}

#[test]
fn the_site_allows_its_own_words_in_all_forms() {
    let text = "Merė susitiko su Ona Ąžuolaite ir Kaziu Beržiniu-Klevecku; seniūnaičiai laukia Beržinio.";
    assert_eq!(unknown(text, &["Ąžuolaitė", "Beržinis", "Kleveckas", "seniūnaitis", "Kazys"]), NONE);
    assert_eq!(unknown("Merė Azuolaite", &["Ąžuolaitė"]), ["Azuolaite"]);
}

#[test]
fn words_are_looked_up_in_their_own_language() {
    assert_eq!(unknown("Projektas <span lang=\"en\">Smart town halls</span> baigtas.", &[]), NONE);
    assert_eq!(unknown("Projektas <span lang=\"pl\">Ratusz źródło</span> baigtas.", &[]), NONE);
    assert_eq!(unknown("Projektas *Smart halls* baigtas.", &[]), ["Smart", "halls"]);
    let english = of_plain("The mayor’s office isn't the town hal.", Language::English);
    let found = unknown_words(&english, &DICTIONARIES, &|_| false);
    assert_eq!(found.into_iter().map(|unknown| unknown.word).collect::<Vec<_>>(), ["hal"]);
}

#[test]
fn letters_may_be_composed_and_hyphens_soft() {
    assert_eq!(unknown("e\u{307}jo savi\u{ad}valdybė", &[]), NONE);
}

#[test]
fn likely_words_come_first() {
    let likely = |word: &str| DICTIONARIES.of(Language::Lithuanian).likely(word);
    assert_eq!(likely("salygos").first().map(String::as_str), Some("sąlygos"));
    assert_eq!(likely("savivaldybiu").first().map(String::as_str), Some("savivaldybių"));
    assert_eq!(likely("tarbya").first().map(String::as_str), Some("taryba"));
    assert_eq!(likely("Isakymas").first().map(String::as_str), Some("Įsakymas"));
    assert!(likely(&"ąžuolas".repeat(20)).is_empty());
    assert!(likely("").len() <= 5);
}

#[test]
fn a_missing_dictionary_names_its_package() {
    let empty = tempfile::tempdir().unwrap();
    let error = Dictionaries::load(empty.path()).err().unwrap().to_string();
    assert!(error.contains("lt_LT.aff") && error.contains("hunspell-lt"), "{error}");
}

#[test]
fn one_spelling_serves_many_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    let never = |_: &str| false;
    let spelling = Spelling::new(&DICTIONARIES, &never);
    shared(&spelling);
    let passages = of_plain("Rajono savivaldybės tarbya", Language::Lithuanian);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(spelling.unknown(&passages).len(), 1));
        }
    });
}

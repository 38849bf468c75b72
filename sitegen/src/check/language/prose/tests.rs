use super::*;

fn passages(markdown: &str) -> Vec<(PassageKind, String)> {
    let found = of_markdown(markdown, Language::Lithuanian);
    found.into_iter().map(|passage| (passage.kind, passage.text)).collect()
}

fn texts(markdown: &str) -> Vec<String> {
    passages(markdown).into_iter().map(|(_, text)| text).collect()
}

#[test]
fn markup_inside_a_paragraph_does_not_part_words() {
    assert_eq!(texts("priimta **22**\n[sprendimai](a.md), `x = 1`"), ["priimta 22 sprendimai, \u{fffc}"]);
}

#[test]
fn each_block_is_a_passage_of_its_kind() {
    use PassageKind::{Cell, Definition, Heading, Item, Paragraph, PictureText, Term};
    let markdown = "## Antraštė\n\nTekstas ![foto](a.jpg) toliau.\n\n- pirmas\n- antras\n\n| a | b |\n|---|---|\n| c | d |\n\nTerminas\n: Reikšmė\n";
    let kinds: Vec<_> = passages(markdown).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [Heading, PictureText, Paragraph, Item, Item, Cell, Cell, Cell, Cell, Term, Definition]);
}

#[test]
fn code_and_comments_are_not_read() {
    let markdown = "```sh\nls klaida\n```\n\n    indented klaida\n\n<!-- klaida -->\n\n<p>Skaitoma <code>klaida</code> dalis</p>\n";
    assert_eq!(texts(markdown), ["Skaitoma  dalis"]);
}

#[test]
fn blocks_for_editors_are_read() {
    let markdown = "```žingsniai\n## Pildykite\nForma yra [čia](a.pdf).\n```\n\n```galerija\n![Medis](a.jpg \"Senas ąžuolas\")\n```\n\n```žemėlapis\n55.4, 22.1\nRotušė\n```\n\n```kontaktai\nona-azuolaite\n```\n";
    assert_eq!(texts(markdown), ["Pildykite", "Forma yra čia.", "Senas ąžuolas", "Medis", "Rotušė"]);
    for passage in of_markdown(markdown, Language::Lithuanian) {
        let source = passage.source(&(0..passage.text.len()));
        assert!(markdown[source].starts_with(&passage.text[..4]), "{}", passage.text);
    }
}

#[test]
fn a_span_says_its_language() {
    let markdown = "Vieta <span lang=\"en\">town hall</span> ir <i lang=pl>ratusz</i> čia.\n\n<div lang=\"en\">\n\nAll of it.\n\n</div>\n\nVėl.";
    let found = of_markdown(markdown, Language::Lithuanian);
    let spoken = |number: usize, word: &str| found[number].language(found[number].text.find(word).unwrap());
    assert_eq!(spoken(0, "Vieta"), Some(Language::Lithuanian));
    assert_eq!(spoken(0, "town"), Some(Language::English));
    assert_eq!(spoken(0, "ratusz"), None);
    assert_eq!(spoken(0, "čia"), Some(Language::Lithuanian));
    assert_eq!(spoken(1, "All"), Some(Language::English));
    assert_eq!(spoken(2, "Vėl"), Some(Language::Lithuanian));
}

#[test]
fn ranges_lead_back_to_the_source() {
    let markdown = "Du **stori** žodžiai, A &amp; B \\* ir [nuoroda](https://a.lt).\n";
    let passage = of_markdown(markdown, Language::Lithuanian).remove(0);
    for word in ["stori", "žodžiai", "B", "nuoroda", "stori žodžiai"] {
        let at = passage.text.find(word).unwrap();
        let source = passage.source(&(at..at + word.len()));
        assert_eq!(markdown[source].replace("**", ""), word);
    }
}

#[test]
fn addresses_are_not_read() {
    let found = of_plain("Rašykite meras@rajonas.lt dabar", Language::Lithuanian);
    let at = found[0].text.find("rajonas").unwrap();
    assert!(!found[0].is_read(&(at..at + 7)));
    assert!(found[0].is_read(&(0..8)));
}

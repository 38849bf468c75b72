use messages::Language;
use proptest::prelude::*;

use super::*;

/// A site that has everything that is asked for, at an address made of its name.
struct Everything;

impl Resolver for Everything {
    fn answer(&self, question: &Question) -> Answer {
        match question {
            Question::Link(link) if link.starts_with("nera") => {
                Answer::Wrong(Message::new("site-link-missing").with("link", link.as_str()))
            }
            Question::Link(link) => Answer::Address(format!("/{link}/")),
            Question::Picture(link) => {
                Answer::Picture(Picture { source: format!("/{link}"), width: 640, height: 480, ..Picture::default() })
            }
            Question::Document(link) => Answer::Document(DocumentFacts {
                address: format!("/{link}"),
                format: "PDF".to_owned(),
                size: 1_234_567,
            }),
            Question::Contact(name) => Answer::Contact(Contact {
                address: format!("/{name}/"),
                name: name.clone(),
                position: Some("Merė".to_owned()),
                phone: Some("(0 000) 00 001".to_owned()),
                email: None,
                room: None,
            }),
        }
    }
}

const STYLE: Style = Style { language: Language::Lithuanian, typography: false, plain: true, is_lenient: false };

fn text(markdown: &str) -> Text {
    parse(markdown, STYLE, &Everything)
}

fn html(markdown: &str) -> String {
    text(markdown).html
}

#[test]
fn html_that_could_do_harm_is_taken_out_and_the_rest_stays() {
    let shown = html("A <script>alert(1)</script> <b>B</b>\n\n<img src=x onerror=alert(1) alt=\"C\">\n\n[d](e.md)\n");
    assert!(!shown.contains("script") && !shown.contains("onerror") && !shown.contains("alert"), "{shown}");
    assert!(shown.contains("<b>B</b>") && shown.contains("href=\"/e.md/\""), "{shown}");
}

#[test]
fn links_that_lead_nowhere_or_do_harm_are_mistakes_with_their_place() {
    let markdown = "Žr. [čia](nera.md) ir [ten](javascript:alert(1)), [anapus](//evil.example).";
    let Text { html, mistakes, .. } = text(markdown);
    assert_eq!(mistakes.len(), 3);
    assert_eq!(&markdown[mistakes[0].span.clone()], "[čia](nera.md)");
    assert!(!html.contains("href") && html.contains("čia"), "{html}");
}

#[test]
fn links_outside_stay_as_they_are() {
    let shown =
        html("[a](https://e-tar.lt/x) [b](mailto:a@b.example) [c](tel:+370) <a@b.example> [d](#apie)\n\n# Apie\n");
    for link in ["https://e-tar.lt/x", "mailto:a@b.example", "tel:+370", "#apie"] {
        assert!(shown.contains(&format!("href=\"{link}\"")), "{shown}");
    }
}

#[test]
fn headings_stand_below_the_title_and_have_unique_anchors() {
    let found = text("# Darbo laikas\n\n## Darbo laikas\n\n### Šeštadienį {#savaitgalis}\n");
    let ids: Vec<(u8, &str)> = found.headings.iter().map(|heading| (heading.level, heading.id.as_str())).collect();
    assert_eq!(ids, [(2, "darbo-laikas"), (2, "darbo-laikas-2"), (3, "savaitgalis")]);
    assert!(found.html.contains("<h3 id=\"savaitgalis\">Šeštadienį</h3>"), "{}", found.html);
}

#[test]
fn tables_have_scopes_and_the_paragraph_before_may_be_their_caption() {
    let shown = html("Lentelė: Kainos\n\n| Kas | Kiek |\n| --- | ---: |\n| A | 1 |\n");
    assert!(shown.contains("<caption>Kainos</caption>") && !shown.contains("Lentelė:"), "{shown}");
    assert!(shown.contains("<th scope=\"col\">Kas</th><th scope=\"col\" class=\"right\">Kiek</th>"), "{shown}");
}

#[test]
fn an_empty_corner_of_a_table_is_no_heading() {
    let shown = html("| | Kaina |\n| --- | --- |\n| Suaugusiems | 2 |\n");
    assert!(shown.contains("<tr><td></td><th scope=\"col\">Kaina</th></tr>"), "{shown}");
}

#[test]
fn footnotes_stand_at_the_end_in_the_order_of_the_text() {
    let shown = html("B[^b] A[^a] B[^b]\n\n[^a]: Pirma.\n\n[^b]: Antra.\n");
    let (first, second) = (shown.find("Antra.").unwrap(), shown.find("Pirma.").unwrap());
    assert!(
        first < second && shown.contains("id=\"_nuoroda-1-2\"") && shown.contains("href=\"#_nuoroda-1\""),
        "{shown}"
    );
}

#[test]
fn alerts_and_definitions_are_understood() {
    let shown = html("> [!WARNING]\n> Slidu.\n\nTerminas\n: Aiškinimas\n");
    assert!(shown.contains("class=\"alert alert-warning\"") && shown.contains("Įspėjimas"), "{shown}");
    assert!(shown.contains("<dt>Terminas</dt>") && shown.contains("<dd>Aiškinimas</dd>"), "{shown}");
}

#[test]
fn a_picture_needs_words_and_may_have_a_caption() {
    let shown = html("![Aikštė](a.jpg \"Rotušės aikštė\")\n");
    assert!(shown.starts_with("<figure><img src=\"/a.jpg\" alt=\"Aikštė\" width=\"640\" height=\"480\""), "{shown}");
    assert!(shown.contains("<figcaption>Rotušės aikštė</figcaption></figure>") && !shown.contains("<p>"), "{shown}");
    let mistakes = text("![](a.jpg)\n\n![b](https://kitur.example/b.jpg)\n").mistakes;
    let keys: Vec<&str> = mistakes.iter().map(|mistake| mistake.message.key()).collect();
    assert_eq!(keys, ["site-picture-alt", "site-picture-elsewhere"]);
}

#[test]
fn links_in_html_are_asked_for_as_any_other_and_anchors_of_the_page_must_be_there() {
    let found = text(
        "<a href=\"a.md\">A</a> <img src='b.jpg' alt=\"B\"> <a href=\"nera.md\">C</a>\n\n[d](#nera) [e](#e)\n\n## E\n",
    );
    assert!(found.html.contains("href=\"/a.md/\"") && found.html.contains("src=\"/b.jpg\""), "{}", found.html);
    let keys: Vec<&str> = found.mistakes.iter().map(|mistake| mistake.message.key()).collect();
    assert_eq!(keys, ["site-link-missing", "site-link-anchor"]);
    let twice = html("<p id=\"a\">x</p>\n<p id=\"a\" lang=\"en\">y</p>\n\n## A\n");
    assert!(twice.contains("<p id=\"a\">x</p>\n<p lang=\"en\">y</p>") && twice.contains("<h2>A</h2>"), "{twice}");
    // A quotation mark that does not end.
    assert_eq!(html("<div>kartas <a href=\"b>x</div>\n").matches("kartas").count(), 1);
}

#[test]
fn many_equal_headings_have_anchors_of_their_own() {
    let found = text(&"## A\n\n".repeat(20_000));
    assert_eq!(found.headings.last().map(|heading| heading.id.as_str()), Some("a-20000"));
    let found = text("## A\n\n## A-2\n\n## A\n");
    let ids: Vec<&str> = found.headings.iter().map(|heading| heading.id.as_str()).collect();
    assert_eq!(ids, ["a", "a-2", "a-3"]);
}

#[test]
fn blocks_of_editors_become_what_they_are_for() {
    for (markdown, expected) in [
        ("```galerija\n![A](a.jpg)\n![B](b.jpg \"C\")\n```", "<ul class=\"gallery\">"),
        (
            "```dokumentai\n[Planas](planas.pdf)\n```",
            "<a href=\"/planas.pdf\">Planas</a> <span class=\"format\">(PDF, 1,3\u{a0}MB)</span>",
        ),
        ("```kontaktai\nmere\n```", "<a href=\"tel:000000001\">(0 000) 00 001</a>"),
        (
            "```klausimai\n## Kada?\nRytoj, *rytą*.\n```",
            "<details><summary>Kada?</summary>\n<p>Rytoj, <em>rytą</em>.</p>",
        ),
        ("```žingsniai\n## Ateikite\nSu pasu.\n```", "<ol class=\"steps\">\n<li><strong>Ateikite</strong>"),
        ("```žemėlapis\n55.4906, 22.1839\nRotušė\n```", "#map=17/55.4906/22.1839\">Rotušė</a>"),
        ("```video\nhttps://video.example/x\nPosėdis\n```", "<a href=\"https://video.example/x\">▶ Posėdis</a>"),
    ] {
        let found = text(markdown);
        assert!(found.html.contains(expected) && found.mistakes.is_empty(), "{}\n{:?}", found.html, found.mistakes);
    }
    for markdown in
        ["```galerija\nA\n```", "```žemėlapis\nčia\n```", "```video\njavascript:alert(1)\n```", "```klausimai\nA\n```"]
    {
        let found = text(markdown);
        assert_eq!(found.mistakes.len(), 1, "{markdown}: {}", found.html);
        assert!(!found.html.contains("javascript"), "{}", found.html);
    }
}

#[test]
fn quotation_marks_dashes_and_spaces_are_set_as_printers_do() {
    let style = Style { typography: true, ..STYLE };
    let shown = parse("\"Žinios\" - o *\"svarbios\"*, 5 %, `\"x\"`\n", style, &Everything).html;
    assert_eq!(shown, "<p>„Žinios“\u{a0}– o\u{a0}<em>„svarbios“</em>, 5\u{a0}%, <code>\"x\"</code></p>\n");
}

#[test]
fn ten_thousand_nested_quotes_are_only_slow_to_read() {
    let shown = html(&format!("{}gilu\n", ">".repeat(10_000)));
    assert!(shown.contains("gilu"));
}

#[test]
fn the_beginning_is_the_first_paragraph_without_markup() {
    assert_eq!(
        text("## A\n\nPirma *pastraipa* ir [nuoroda](b.md).\n\nAntra.\n").beginning,
        "Pirma pastraipa ir nuoroda."
    );
}

proptest! {
    #[test]
    fn no_markdown_brings_a_script_or_a_handler(markdown in "[<>\\[\\]()\"'`*_#a-z:/=! \\n&-]{0,200}") {
        let shown = html(&markdown).to_lowercase();
        for tag in ["<script", "<iframe", "<style", "<object", "<form", "<svg"] {
            prop_assert!(!shown.contains(tag), "{}", shown);
        }
        prop_assert!(!shown.contains("href=\"javascript:"), "{}", shown);
    }

    /// CommonMark has no errors: whatever is typed, there is a page.
    #[test]
    fn every_text_is_a_page(markdown in "\\PC{0,200}") {
        let _ = html(&markdown);
    }
}

//! Front matter: TOML between two `+++` lines, then Markdown. The type of the page decides which keys there are.

use std::ops::Range;

use jiff::civil::{Date, DateTime};
use messages::Message;
use strict_toml::{Document, FromText, Problem, Problems, Table, choose};

use super::{ActForm, Address, Kind, Page, Person};

const FENCE: &str = "+++";

/// Reads the page in `document`, which stands at `file` inside the content folder.
pub(super) fn read(document: &Document, address: Address, file: &str, problems: &Problems) -> Option<Page> {
    let Some((toml, markdown)) = split(document.text()) else {
        problems.report(Problem::of_file(document.path(), Message::new("site-front-matter-missing")));
        return None;
    };
    let document = Document::with_toml_at(document.path(), document.text(), toml);
    let mut table = document.table(problems)?;
    let title: Option<String> = table.required("title");
    let summary: Option<String> = table.optional("summary");
    let is_draft = table.or("draft", false);
    let menu: Option<u32> = table.optional("menu");
    let is_index = file == "_index.md" || file.ends_with("/_index.md");
    let kind = if is_index { Some(Kind::Section) } else { read_kind(&mut table) };
    drop(table);
    Some(Page { address, markdown, title: title?, summary, is_draft, menu, kind: kind?, document })
}

/// Where the TOML and the Markdown of a file are; none when it does not begin with front matter that ends.
fn split(text: &str) -> Option<(Range<usize>, Range<usize>)> {
    let is_fence = |line: &str| line.trim_end() == FENCE;
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().filter(|line| is_fence(line.trim_start_matches('\u{feff}')))?;
    let mut end = first.len();
    for line in lines {
        if is_fence(line) {
            return Some((first.len()..end, end + line.len()..text.len()));
        }
        end += line.len();
    }
    None
}

fn read_kind(table: &mut Table<'_>) -> Option<Kind> {
    match table.or("type", Type::Page) {
        Type::Page => Some(Kind::Page),
        Type::News => {
            let published: Option<Date> = table.required("published");
            Some(Kind::News { published: published? })
        }
        Type::Event => read_event(table),
        Type::Act => {
            let form: Option<ActForm> = table.required("form");
            let number: Option<String> = table.required("number");
            let adopted: Option<Date> = table.required("adopted");
            Some(Kind::Act { form: form?, number: number?, adopted: adopted? })
        }
        Type::Contacts => {
            let people: Vec<Option<Person>> = table.tables("person").into_iter().map(read_person).collect();
            Some(Kind::Contacts { people: people.into_iter().collect::<Option<_>>()? })
        }
    }
}

fn read_event(table: &mut Table<'_>) -> Option<Kind> {
    let starts: Option<DateTime> = table.required("starts");
    let ends: Option<DateTime> = table.optional("ends");
    let place: Option<String> = table.required("place");
    if let (Some(starts), Some(ends)) = (starts, ends)
        && ends < starts
    {
        table.report(&table.place_of("ends"), Message::new("site-ends-before-start"));
    }
    Some(Kind::Event { starts: starts?, ends, place: place? })
}

fn read_person(mut table: Table<'_>) -> Option<Person> {
    let name: Option<String> = table.required("name");
    let position: Option<String> = table.required("position");
    let phone: Option<String> = table.optional("phone");
    let email: Option<String> = table.optional("email");
    Some(Person { name: name?, position: position?, phone, email })
}

/// The `type` of a page that is not a folder's own.
#[derive(Clone, Copy)]
enum Type {
    Page,
    News,
    Event,
    Act,
    Contacts,
}

impl FromText for Type {
    const EXAMPLE: &'static str = "\"news\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(
            text,
            &[
                ("page", Self::Page),
                ("news", Self::News),
                ("event", Self::Event),
                ("act", Self::Act),
                ("contacts", Self::Contacts),
            ],
        )
    }
}

impl FromText for ActForm {
    const EXAMPLE: &'static str = "\"council-decision\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(
            text,
            &[
                ("council-decision", Self::CouncilDecision),
                ("mayor-decree", Self::MayorDecree),
                ("director-order", Self::DirectorOrder),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> (Option<Page>, Vec<String>) {
        let problems = Problems::default();
        let document = Document::new("naujienos/a.md", text);
        let page = read(&document, Address::of_file("naujienos/a.md"), "naujienos/a.md", &problems);
        (page, problems.into_vec().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn each_type_has_its_own_keys() {
        let (page, problems) = read_text("+++\ntitle = \"A\"\ntype = \"news\"\npublished = 2026-11-20\n+++\nTekstas\n");
        assert_eq!(problems, Vec::<String>::new());
        let page = page.unwrap();
        assert_eq!(page.kind, Kind::News { published: jiff::civil::date(2026, 11, 20) });
        assert_eq!(&page.document.text()[page.markdown], "Tekstas\n");
    }

    #[test]
    fn mistakes_count_lines_from_the_top_of_the_file() {
        let (page, problems) = read_text("+++\ntitle = \"A\"\ntype = \"news\"\npublishd = 2026-11-20\n+++\n");
        assert!(page.is_none());
        assert!(problems[1].starts_with("naujienos/a.md:4:1: unknown key \"publishd\""), "{problems:?}");
        assert!(problems[1].contains("did you mean \"published\"?"), "{problems:?}");
        assert!(problems[0].contains("needs published = 2026-11-23"), "{problems:?}");
    }

    #[test]
    fn an_event_does_not_end_before_it_starts() {
        let (_, problems) = read_text(
            "+++\ntitle = \"A\"\ntype = \"event\"\nplace = \"Aikštė\"\nstarts = 2026-12-06T17:00\nends = 2026-12-06T16:00\n+++\n",
        );
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("naujienos/a.md:6:8:"), "{problems:?}");
    }

    #[test]
    fn front_matter_that_is_missing_or_does_not_end_is_said() {
        for text in ["Tekstas", "", "+++\ntitle = \"A\"\n", "++ +\n+++\n"] {
            let (page, problems) = read_text(text);
            assert!(page.is_none() && problems.len() == 1, "{problems:?}");
        }
    }

    #[test]
    fn line_ends_of_windows_are_line_ends() {
        let (page, problems) = read_text("\u{feff}+++\r\ntitle = \"A\"\r\n+++\r\nTekstas\r\n");
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(page.unwrap().title, "A");
    }
}

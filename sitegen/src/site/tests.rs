use std::fs;
use std::path::Path;

use jiff::Timestamp;
use messages::Language;
use strict_toml::Problem;

use super::*;
use crate::content::Visibility;
use crate::workshop::Workshop;

/// A site of files, made for noon of 2026-11-24.
struct Office {
    folder: tempfile::TempDir,
}

const SETTINGS: &str = "title = \"A\"\nbase_url = \"https://a.example\"\n[en]\ntitle = \"A\"\n";

impl Office {
    fn new(files: &[(&str, &str)]) -> Self {
        let office = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(office.folder.path().join("site.toml"), SETTINGS).unwrap();
        office.write("_index.md", "+++\ntitle = \"Pradžia\"\n+++\n");
        for (name, text) in files {
            office.write(name, text);
        }
        office
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join("content").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn site(&self) -> Site {
        let mut workshop =
            Workshop::open(self.folder.path(), &self.folder.path().join("cache"), Language::English).unwrap();
        workshop.site("2026-11-24T10:00:00Z".parse::<Timestamp>().unwrap(), Publish::Finished)
    }
}

fn keys(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.message.key()).collect()
}

fn titles(site: &Site, ids: &[PageId]) -> Vec<String> {
    ids.iter().map(|id| site.page(*id).front.title.clone()).collect()
}

fn news(day: &str) -> String {
    format!("+++\ntitle = \"{day}\"\npublished = {day}\n+++\n")
}

fn section<'s>(site: &'s Site, address: &str) -> &'s Section {
    site.sections().iter().find(|section| section.address == address).unwrap()
}

const NEWS: &str = "+++\ntitle = \"Naujienos\"\ncontains = \"news\"\n+++\n";

#[test]
fn the_newest_news_come_first_and_those_of_later_days_not_yet() {
    let days =
        ["2026-11-20", "2026-11-24", "2026-11-22", "2026-11-25"].map(|day| (format!("naujienos/{day}.md"), news(day)));
    let mut files: Vec<(&str, &str)> = days.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push(("naujienos/_index.md", NEWS));
    let site = Office::new(&files).site();
    assert_eq!(site.problems(), []);
    let listed = &section(&site, "/naujienos/").listed;
    assert_eq!(titles(&site, listed), ["2026-11-24", "2026-11-22", "2026-11-20"]);
    assert_eq!(site.node(listed[1]).neighbours, [Some(listed[0]), Some(listed[2])]);
}

#[test]
fn pages_of_a_folder_of_a_year_are_pages_of_the_section_above() {
    let (old, new) = (news("2025-03-01"), news("2026-03-01"));
    let site = Office::new(&[
        ("naujienos/_index.md", NEWS),
        ("naujienos/2025/_index.md", "+++\ntitle = \"2025 m.\"\n+++\n"),
        ("naujienos/2025/a.md", &old),
        ("naujienos/b.md", &new),
    ])
    .site();
    assert_eq!(site.problems(), []);
    assert_eq!(titles(&site, &section(&site, "/naujienos/").listed), ["2026-03-01", "2025-03-01"]);
    assert_eq!(section(&site, "/naujienos/").years.keys().map(|year| year.0).collect::<Vec<_>>(), [2026, 2025]);
}

#[test]
fn links_are_followed_from_the_folder_of_their_file() {
    let text = "+++\ntitle = \"A\"\n+++\n[k](../kontaktai.md#darbas) [p](planas.pdf) [s](_index.md) [h](/_index.md) [u](/kontaktai/)\n\n[x](../../../etc/passwd) [d](juodrastis.md) [n](nera.md) [a](../kontaktai.md#nera)";
    let site = Office::new(&[
        ("a/_index.md", "+++\ntitle = \"Skyrius\"\n+++\n[p](planas.pdf)"),
        ("a/b.md", text),
        ("a/planas.pdf", ""),
        ("a/juodrastis.md", "+++\ntitle = \"J\"\ndraft = true\n+++\n"),
        ("kontaktai.md", "+++\ntitle = \"K\"\n+++\n## Darbas\n"),
    ])
    .site();
    let id = site.page_of_file("a/b.md").unwrap();
    for link in ["/kontaktai/#darbas", "/a/planas.pdf", "/a/", "/", "/kontaktai/"] {
        assert!(site.text(id).html.contains(&format!("href=\"{link}\"")), "{}", site.text(id).html);
    }
    assert_eq!(
        keys(site.problems()),
        ["site-link-anchor", "site-link-outside", "site-link-unpublished", "site-link-missing"]
    );
    let place = site.problems()[1].place.as_ref().unwrap();
    assert_eq!((place.line, place.column), (6, 1));
    let kontaktai = site.page_of_file("kontaktai.md").unwrap();
    assert_eq!(site.backlinks(kontaktai), [id]);
}

#[test]
fn a_folder_without_a_page_of_its_own_is_a_mistake() {
    let site = Office::new(&[("a/b.md", "+++\ntitle = \"B\"\n+++\n")]).site();
    assert_eq!(keys(site.problems()), ["site-section-missing"]);
}

#[test]
fn two_pages_or_files_with_one_address_are_a_mistake() {
    let page = "+++\ntitle = \"A\"\n+++\n";
    let site = Office::new(&[("a b.md", page), ("a-b.md", page)]).site();
    assert_eq!(keys(site.problems()), ["site-same-address"]);
    // The same letters as one character each (NFC) and with combining marks (NFD).
    let site = Office::new(&[("\u{161}.md", page), ("s\u{30c}.md", page)]).site();
    assert_eq!(keys(site.problems()), ["site-same-address"]);
    let site = Office::new(&[("a.md", page), ("a/_index.md", page)]).site();
    assert_eq!(keys(site.problems()), ["site-same-address"]);
}

#[test]
fn ancestors_lead_from_home_down() {
    let files = [("a/_index.md", "+++\ntitle = \"Skyrius\"\n+++\n"), ("a/b.md", "+++\ntitle = \"B\"\n+++\n")];
    let site = Office::new(&files).site();
    let id = site.page_of_file("a/b.md").unwrap();
    let titles: Vec<&str> = site.ancestors(id).iter().map(|section| section.title(&site)).collect();
    assert_eq!(titles, ["Pradžia", "Skyrius"]);
}

#[test]
fn a_translation_stands_beside_its_original_and_links_lead_to_it() {
    let site = Office::new(&[
        ("_index.en.md", "+++\ntitle = \"Home\"\n+++\n[k](kontaktai.md)\n"),
        ("kontaktai.md", "+++\ntitle = \"Kontaktai\"\n+++\n"),
        ("kontaktai.en.md", "+++\ntitle = \"Contacts\"\nslug = \"contacts\"\n+++\n"),
    ])
    .site();
    assert_eq!(site.problems(), []);
    let english = site.page_at("/en/contacts/").unwrap();
    assert_eq!(site.node(english).translations, [site.page_at("/kontaktai/").unwrap()]);
    let home = site.page_at("/en/").unwrap();
    assert!(site.text(home).html.contains("href=\"/en/contacts/\""), "{}", site.text(home).html);
}

fn act(number: &str, rest: &str) -> String {
    format!(
        "+++\ntitle = \"{number}\"\ntype = \"act\"\nform = \"council-decision\"\nnumber = \"{number}\"\nadopted = 2026-01-01\n{rest}+++\n"
    )
}

#[test]
fn acts_name_each_other_by_number_and_the_reverse_is_known() {
    let (first, second) = (act("T1-1", ""), act("T1-2", "amends = [\"T1-1\"]\nsignatory = \"jonas\"\n"));
    let person = "+++\ntitle = \"Jonas\"\ntype = \"person\"\nposition = \"Meras\"\n+++\n";
    let site = Office::new(&[("a.md", &first), ("b.md", &second), ("jonas.md", person)]).site();
    assert_eq!(site.problems(), []);
    let (a, b) = (site.page_of_file("a.md").unwrap(), site.page_of_file("b.md").unwrap());
    assert_eq!(site.node(a).named_by, [("amends", b)]);
    assert!(site.node(b).relations.contains(&("amends", a)));
}

#[test]
fn an_act_that_amends_nothing_that_is_there_and_a_circle_of_acts_are_mistakes() {
    let lost = act("T1-1", "amends = [\"T1-9\"]\n");
    assert_eq!(keys(Office::new(&[("a.md", &lost)]).site().problems()), ["site-reference-missing"]);
    let (first, second) = (act("T1-1", "amends = [\"T1-2\"]\n"), act("T1-2", "amends = [\"T1-1\"]\n"));
    let site = Office::new(&[("a.md", &first), ("b.md", &second)]).site();
    assert_eq!(keys(site.problems()), ["site-circle"]);
    assert!(site.problems()[0].to_string().contains("a.md → b.md"), "{}", site.problems()[0]);
}

#[test]
fn a_number_that_two_acts_have_needs_its_year() {
    let first = act("T1-1", "");
    let second = first.replace("2026-01-01", "2025-01-01");
    let (third, fourth) = (act("T1-2", "amends = [\"T1-1\"]\n"), act("T1-3", "amends = [\"2025 T1-1\"]\n"));
    let files = [("a.md", &*first), ("b.md", &*second), ("c.md", &*third), ("d.md", &*fourth)];
    let site = Office::new(&files).site();
    assert_eq!(keys(site.problems()), ["site-reference-several"]);
    let b = site.page_of_file("b.md").unwrap();
    assert_eq!(site.node(b).named_by.len(), 1);
}

#[test]
fn a_page_that_expired_is_there_but_in_no_list() {
    let text = "+++\ntitle = \"A\"\npublished = 2026-01-01\nexpires = 2026-11-23\n+++\n";
    let site = Office::new(&[("naujienos/_index.md", NEWS), ("naujienos/a.md", text)]).site();
    let id = site.page_of_file("naujienos/a.md").unwrap();
    assert_eq!(site.node(id).visibility, Visibility::Expired);
    let section = section(&site, "/naujienos/");
    assert_eq!((section.listed.len(), section.expired.as_slice()), (0, &[id][..]));
}

#[test]
fn files_that_are_no_pages_are_found_out() {
    let office = Office::new(&[("a.md", "+++\ntitle = \"A\"\n+++\n")]);
    let content = office.folder.path().join("content");
    std::os::unix::fs::symlink("/etc/passwd", content.join("passwd")).unwrap();
    fs::write(content.join("b.md"), b"+++\ntitle = \"\xff\"\n+++\n").unwrap();
    let large = fs::File::create(content.join("c.md")).unwrap();
    large.set_len(100 << 20).unwrap();
    let site = office.site();
    assert_eq!(keys(site.problems()), ["toml-not-utf8", "site-too-large", "site-not-a-file"]);
    assert_eq!(site.problems()[0].place.as_ref().map(|place| place.line), Some(2));
    assert!(Path::new(&site.problems()[2].path).ends_with("content/passwd"));
}

fn news_of(category: &str) -> String {
    format!("+++\ntitle = \"A\"\npublished = 2026-11-01\ncategory = \"{category}\"\n+++\n")
}

fn narrowed(files: &[(&str, &str)]) -> Vec<(String, usize)> {
    let office = Office::new(&[("naujienos/_index.md", NEWS)]);
    for number in 0..7 {
        office.write(&format!("naujienos/k{number}.md"), &news_of(if number == 0 { "KULTŪRA" } else { "Kultūra" }));
        office.write(&format!("naujienos/s{number}.md"), &news_of("Sportas"));
    }
    for (name, text) in files {
        office.write(name, text);
    }
    let site = office.site();
    assert!(crate::outputs::Plan::of(&site).problems.is_empty());
    let values = section(&site, "/naujienos/").facets.iter().flat_map(|facet| &facet.values);
    values.map(|value| (value.address.clone(), value.pages.len())).collect()
}

#[test]
fn a_long_list_can_be_narrowed_however_a_category_is_written() {
    let expected = [("/naujienos/kategorija/kultura/", 7), ("/naujienos/kategorija/sportas/", 7)];
    assert_eq!(narrowed(&[]), expected.map(|(address, count)| (address.to_owned(), count)));
}

#[test]
fn a_narrowed_list_gives_way_to_what_editors_put_at_its_address() {
    let plain = "+++\ntitle = \"A\"\ntype = \"page\"\n+++\n";
    let moved = "+++\ntitle = \"A\"\ntype = \"page\"\naliases = [\"/naujienos/kategorija/sportas/\"]\n+++\n";
    assert_eq!(narrowed(&[("naujienos/kategorija.md", plain)]), []);
    assert_eq!(narrowed(&[("naujienos/x.md", moved)]), []);
    assert_eq!(narrowed(&[("naujienos/kategorija/_index.md", NEWS)]), []);
}

const EVENTS: &str = "+++\ntitle = \"Renginiai\"\ncontains = \"event\"\n+++\n";

fn event(when: &str) -> String {
    format!("+++\ntitle = \"A\"\nplace = \"Aikštė\"\n{when}+++\n")
}

#[test]
fn an_event_of_several_days_and_one_that_repeats_are_on_each_of_their_days() {
    let long = event("start = 2026-11-29T18:00\nend = 2026-12-01T00:00\n");
    let weekly =
        event("start = 2026-11-30\nrecurrence = { frequency = \"weekly\", count = 3, except = [2026-12-07] }\n");
    let files = [("renginiai/_index.md", EVENTS), ("renginiai/a.md", &*long), ("renginiai/b.md", &*weekly)];
    let site = Office::new(&files).site();
    let section = section(&site, "/renginiai/");
    let days: Vec<(String, usize)> = section.days.iter().map(|(day, on)| (day.to_string(), on.len())).collect();
    let expected = [("2026-11-29", 1), ("2026-11-30", 2), ("2026-12-14", 1)];
    assert_eq!(days, expected.map(|(day, count)| (day.to_owned(), count)));
    let months: Vec<(i16, i8)> = section.months.iter().map(|month| (month.year(), month.number())).collect();
    assert_eq!(months, [(2026, 11), (2026, 12)]);
}

#[test]
fn a_calendar_ends_a_year_from_now_and_has_the_present_month() {
    let daily = event("start = 2020-01-01\nrecurrence = { frequency = \"daily\", until = 2025-12-01 }\n");
    let later = event("start = 2028-01-01\n");
    let files = [("renginiai/_index.md", EVENTS), ("renginiai/a.md", &*daily), ("renginiai/b.md", &*later)];
    let site = Office::new(&files).site();
    let months: Vec<String> =
        section(&site, "/renginiai/").months.iter().map(|month| month.address("/renginiai/")).collect();
    assert_eq!(months, ["/renginiai/2025-11/", "/renginiai/2025-12/", "/renginiai/2026-11/"]);
}

#[test]
fn a_month_gives_way_to_a_page_of_its_name() {
    let plain = "+++\ntitle = \"A\"\ntype = \"page\"\n+++\n";
    let start = event("start = 2026-11-30\n");
    let files = [("renginiai/_index.md", EVENTS), ("renginiai/a.md", &*start), ("renginiai/2026-11.md", plain)];
    let site = Office::new(&files).site();
    assert!(crate::outputs::Plan::of(&site).problems.is_empty());
    assert_eq!(section(&site, "/renginiai/").months, []);
}

#[test]
fn the_directory_has_heads_first_and_units_below_the_unit_that_they_are_part_of() {
    let person =
        |title: &str, unit: &str| format!("+++\ntitle = \"{title}\"\ntype = \"person\"\nposition = \"A\"\n{unit}+++\n");
    let unit = |title: &str, rest: &str| format!("+++\ntitle = \"{title}\"\ntype = \"unit\"\n{rest}+++\n");
    let files = [
        ("z/_index.md", "+++\ntitle = \"Žmonės\"\n+++\n".to_owned()),
        ("z/a.md", person("Ana", "unit = \"b-skyrius\"\n")),
        ("z/b.md", person("Birutė", "unit = \"b-skyrius\"\n")),
        ("z/c.md", person("Cecilija", "")),
        ("z/d.md", person("Darius", "")),
        ("z/b-skyrius.md", unit("Biudžetas", "head = \"b\"\nparent = \"c-skyrius\"\n")),
        ("z/c-skyrius.md", unit("Centras", "head = \"d\"\n")),
        ("z/a-skyrius.md", unit("Archyvas", "")),
        ("z/d-skyrius.md", unit("Darželis", "phone = \"1\"\n")),
    ];
    let site = Office::new(&files.each_ref().map(|(name, text)| (*name, text.as_str()))).site();
    assert_eq!(keys(site.problems()), [] as [&str; 0]);
    let said: Vec<(&str, Vec<String>)> = site
        .directory(Language::Lithuanian)
        .iter()
        .map(|group| {
            let title = match group.office {
                super::Office::Section(id) => site.section(id).title(&site),
                super::Office::Unit(id) => site.page(id).front.title.as_str(),
            };
            (title, titles(&site, &group.people))
        })
        .collect();
    let expected = [
        ("Žmonės", vec!["Cecilija"]),
        ("Centras", vec!["Darius"]),
        ("Biudžetas", vec!["Birutė", "Ana"]),
        ("Darželis", vec![]),
    ];
    assert_eq!(said, expected.map(|(title, people)| (title, people.into_iter().map(str::to_owned).collect())));
    assert_eq!(site.overview(Overview::Directory, Language::Lithuanian), Some("/kontaktu-katalogas/"));
    assert_eq!(site.overview(Overview::Directory, Language::English), None);
}

#[test]
fn an_overview_gives_way_to_a_page_at_its_address() {
    let plain = "+++\ntitle = \"A\"\n+++\n";
    let site = Office::new(&[("svetaines-medis.md", plain)]).site();
    assert!(crate::outputs::Plan::of(&site).problems.is_empty());
    assert_eq!(site.overview(Overview::Index, Language::Lithuanian), None);
}

#[test]
fn a_site_holds_until_something_begins_or_is_over() {
    let until = |file: &str, text: &str| {
        let site = Office::new(&[(file, text)]).site();
        assert_eq!(keys(site.problems()), Vec::<&str>::new(), "{file}");
        site.settings.time_zone.to_datetime(site.holds_until().unwrap()).to_string()
    };
    let page = "+++\ntitle = \"A\"\n+++\n";
    assert_eq!(until("a.md", page), "2026-11-25T00:00:00");
    let embargo = "+++\ntitle = \"A\"\npublished = 2026-11-24T13:00\nexpires = 2026-11-24T12:30\n+++\n";
    assert_eq!(until("a.md", embargo), "2026-11-24T12:30:01");
    let event = |times: &str| format!("+++\ntitle = \"A\"\ntype = \"event\"\nplace = \"A\"\n{times}+++\n");
    let one = event("start = 2026-11-24T11:00\nend = 2026-11-24T16:00\n");
    assert_eq!(until("a.md", &one), "2026-11-24T16:00:01");
    let weekly = event("start = 2026-11-03T14:00\nrecurrence = { frequency = \"weekly\", count = 9 }\n");
    assert_eq!(until("a.md", &weekly), "2026-11-24T14:00:01");
    let notice = |times: &str| format!("+++\ntitle = \"A\"\ntype = \"notice\"\nseverity = \"warning\"\n{times}+++\n");
    let comes = notice("from = 2026-11-24T13:15\nuntil = 2026-11-26\n");
    assert_eq!(until("a.md", &comes), "2026-11-24T13:15:00");
    let goes = notice("from = 2026-11-23\nuntil = 2026-11-24T17:00\n");
    assert_eq!(until("a.md", &goes), "2026-11-24T17:00:01");
}

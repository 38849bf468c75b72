//! Incremental is correct or it is nothing: after each of a thousand random edits, what a workshop that only reads what changed
//! makes is compared octet by octet with what one makes that reads everything anew.
#![allow(clippy::unwrap_used, reason = "a test's failure is its message")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use messages::Language;
use proptest::prelude::*;
use sitegen::site::Publish;
use sitegen::workshop::Workshop;

/// What an editor may do. Numbers choose among what there is.
#[derive(Debug, Clone)]
enum Edit {
    /// Writes a page anew: its title, day, text, and what it links to and names.
    Page(Written),
    /// Writes an act that changes another.
    Act {
        act: usize,
        amends: Option<usize>,
    },
    Rename {
        page: usize,
        to: usize,
    },
    Delete {
        page: usize,
    },
    Translate {
        page: usize,
        title: u8,
    },
    Untranslate {
        page: usize,
    },
    /// Changes what a section is called and what its pages are.
    Section {
        section: usize,
        title: u8,
        contains: bool,
    },
    /// A file that is published as it is.
    File {
        page: usize,
        octets: Vec<u8>,
    },
    /// The picture beside a page, of one shade.
    Picture {
        page: usize,
        shade: u8,
    },
    NoPicture {
        page: usize,
    },
    Template {
        words: u8,
    },
    NoTemplate,
    Settings {
        paginate_by: u8,
        typography: bool,
    },
    /// An event that perhaps repeats.
    Event {
        event: usize,
        day: u8,
        repeats: bool,
    },
    /// Somebody who works in one of the units, or leads it.
    Person {
        person: usize,
        unit: usize,
        leads: bool,
    },
    /// Something that is no page.
    Nonsense {
        page: usize,
    },
    /// Writes only the text of a page anew, under the head that it has.
    Text {
        page: usize,
        heading: u8,
        link: usize,
        /// Which heading of the other page the link leads to.
        anchor: Option<u8>,
        picture: bool,
    },
    /// A notice above all pages, from and for some hours.
    Notice {
        notice: usize,
        from: u8,
        hours: u8,
    },
    /// Nobody does anything for some minutes.
    Later {
        minutes: u16,
    },
    /// What editors' programs leave beside a page.
    Hidden {
        page: usize,
    },
}

/// A page as somebody writes it.
#[derive(Debug, Clone, Copy, Default)]
struct Written {
    page: usize,
    title: u8,
    day: u8,
    /// Another page; none when it is one more than there are.
    link: usize,
    is_draft: bool,
    tag: u8,
    picture: bool,
}

const PAGES: usize = 8;
const SECTIONS: [&str; 3] = ["naujienos", "naujienos/2025", "aktai"];

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let page = 0..PAGES;
    let edit = prop_oneof![
        8 => (page.clone(), 0..4_u8, 1..28_u8, 0..PAGES + 1, proptest::bool::weighted(0.1), 0..3_u8, proptest::bool::weighted(0.3)).prop_map(|(page, title, day, link, is_draft, tag, picture)| Edit::Page(Written { page, title, day, link, is_draft, tag, picture })),
        2 => (0..3_usize, proptest::option::of(0..3_usize)).prop_map(|(act, amends)| Edit::Act { act, amends }),
        2 => (page.clone(), page.clone()).prop_map(|(page, to)| Edit::Rename { page, to }),
        1 => page.clone().prop_map(|page| Edit::Delete { page }),
        2 => (page.clone(), 0..4_u8).prop_map(|(page, title)| Edit::Translate { page, title }),
        1 => page.clone().prop_map(|page| Edit::Untranslate { page }),
        1 => (0..SECTIONS.len(), 0..4_u8, any::<bool>())
            .prop_map(|(section, title, contains)| Edit::Section { section, title, contains }),
        1 => (page.clone(), proptest::collection::vec(any::<u8>(), 0..9)).prop_map(|(page, octets)| Edit::File { page, octets }),
        2 => (page.clone(), 0..3_u8).prop_map(|(page, shade)| Edit::Picture { page, shade }),
        1 => page.clone().prop_map(|page| Edit::NoPicture { page }),
        1 => (0..3_u8).prop_map(|words| Edit::Template { words }),
        1 => Just(Edit::NoTemplate),
        1 => (1..4_u8, any::<bool>()).prop_map(|(paginate_by, typography)| Edit::Settings { paginate_by, typography }),
        2 => (0..3_usize, 1..28_u8, any::<bool>()).prop_map(|(event, day, repeats)| Edit::Event { event, day, repeats }),
        2 => (0..3_usize, 0..2_usize, any::<bool>()).prop_map(|(person, unit, leads)| Edit::Person { person, unit, leads }),
        1 => page.clone().prop_map(|page| Edit::Nonsense { page }),
        12 => (page.clone(), 0..3_u8, 0..PAGES + 1, proptest::option::weighted(0.2, 0..3_u8), proptest::bool::weighted(0.3))
            .prop_map(|(page, heading, link, anchor, picture)| Edit::Text { page, heading, link, anchor, picture }),
        2 => (0..2_usize, 0..23_u8, 1..23_u8).prop_map(|(notice, from, hours)| Edit::Notice { notice, from, hours }),
        4 => (1..300_u16).prop_map(|minutes| Edit::Later { minutes }),
        1 => page.prop_map(|page| Edit::Hidden { page }),
    ];
    proptest::collection::vec(edit, 50)
}

struct Disk {
    folder: tempfile::TempDir,
    changed: BTreeSet<PathBuf>,
    now: Timestamp,
}

fn file_of(page: usize) -> String {
    let folder = if page.is_multiple_of(2) { "content/naujienos" } else { "content/naujienos/2025" };
    format!("{folder}/p{page}.md")
}

impl Disk {
    fn new() -> Self {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        let mut disk = Self { folder: tempfile::tempdir().unwrap(), changed: BTreeSet::new(), now };
        disk.settings(2, true);
        disk.write("content/_index.md", "+++\ntitle = \"Pradžia\"\n+++\n");
        disk.write("content/_index.en.md", "+++\ntitle = \"Home\"\n+++\n");
        for section in 0..SECTIONS.len() {
            disk.section(section, 0, true);
        }
        disk.write("content/renginiai/_index.md", "+++\ntitle = \"Renginiai\"\ncontains = \"event\"\n+++\n");
        disk.write("content/pranesimai/_index.md", "+++\ntitle = \"Pranešimai\"\ncontains = \"notice\"\n+++\n");
        disk.write("content/zmones/_index.md", "+++\ntitle = \"Žmonės\"\ncontains = \"person\"\n+++\n");
        for event in 0..14 {
            disk.event(event, 1, false);
        }
        for unit in 0..2 {
            disk.write(&format!("content/zmones/u{unit}.md"), "+++\ntitle = \"Skyrius\"\ntype = \"unit\"\n+++\n");
        }
        for page in 0..PAGES {
            disk.picture(page, 0);
            disk.page(Written { page, day: 1, link: PAGES, ..Written::default() });
        }
        disk.changed.clear();
        disk
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn write(&mut self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        self.changed.insert(path);
    }

    fn remove(&mut self, file: &str) {
        let path = self.path(file);
        let _ = fs::remove_file(&path);
        self.changed.insert(path);
    }

    fn settings(&mut self, paginate_by: u8, typography: bool) {
        self.write(
            "site.toml",
            format!(
                "title = \"A\"\nbase_url = \"https://a.example\"\npaginate_by = {paginate_by}\ntypography = {typography}\n\
                 [en]\ntitle = \"A\"\n[[taxonomy]]\nname = \"tags\"\n"
            ),
        );
    }

    fn section(&mut self, section: usize, title: u8, contains: bool) {
        let type_ = if SECTIONS[section] == "aktai" { "act" } else { "news" };
        let contains = if contains { format!("contains = \"{type_}\"\n") } else { String::new() };
        self.write(
            &format!("content/{}/_index.md", SECTIONS[section]),
            format!("+++\ntitle = \"Skyrius {title}\"\n{contains}+++\n"),
        );
    }

    fn event(&mut self, event: usize, day: u8, repeats: bool) {
        let month = if event.is_multiple_of(2) { 11 } else { 12 };
        let repeats = if repeats { "recurrence = { frequency = \"weekly\", count = 9 }\n" } else { "" };
        self.write(
            &format!("content/renginiai/e{event}.md"),
            format!("+++\ntitle = \"Renginys\"\nplace = \"A\"\nstart = 2026-{month}-{day:02}T10:00\n{repeats}+++\n"),
        );
    }

    fn person(&mut self, person: usize, unit: usize, leads: bool) {
        let file = format!("content/zmones/z{person}.md");
        self.write(&file, format!("+++\ntitle = \"Žmogus {person}\"\nposition = \"A\"\nunit = \"u{unit}\"\n+++\n"));
        let head = if leads { format!("head = \"z{person}\"\n") } else { String::new() };
        let file = format!("content/zmones/u{unit}.md");
        self.write(&file, format!("+++\ntitle = \"Skyrius {unit}\"\ntype = \"unit\"\n{head}+++\n"));
    }

    fn picture(&mut self, page: usize, shade: u8) {
        let mut octets = std::io::Cursor::new(Vec::new());
        let picture = image::RgbImage::from_pixel(9, 6, image::Rgb([shade * 80; 3]));
        picture.write_to(&mut octets, image::ImageFormat::Png).unwrap();
        self.write(&file_of(page).replace(".md", ".png"), octets.into_inner());
    }

    /// Another text for a page that is there.
    fn text(&mut self, page: usize, text: &str) {
        let Ok(written) = fs::read_to_string(self.path(&file_of(page))) else { return };
        let Some(end) = written.rfind("+++\n") else { return };
        self.write(&file_of(page), format!("{}+++\n{text}", &written[..end]));
    }

    fn page(&mut self, Written { page, title, day, link, is_draft, tag, picture }: Written) {
        // One more than there are pages: no link.
        let link =
            if link < PAGES { format!("[žr.](/{})", &file_of(link)["content/".len()..]) } else { String::new() };
        let picture = if picture { format!("![Nuotrauka](p{page}.png)") } else { String::new() };
        self.write(
            &file_of(page),
            format!(
                "+++\ntitle = \"Žinia \\\"{title}\\\"\"\npublished = 2026-11-{day:02}\ndraft = {is_draft}\n\
                 tags = [\"t{tag}\", \"bendra\"]\n+++\nTekstas \"{title}\" - {day} d. {link}\n\n{picture}\n\n## Antraštė\n"
            ),
        );
    }

    fn apply(&mut self, edit: &Edit) {
        match edit {
            Edit::Page(written) => self.page(*written),
            Edit::Picture { page, shade } => self.picture(*page, *shade),
            Edit::NoPicture { page } => self.remove(&file_of(*page).replace(".md", ".png")),
            Edit::Act { act, amends } => {
                let amends = amends.map_or_else(String::new, |amends| format!("amends = [\"T1-{amends}\"]\n"));
                self.write(
                    &format!("content/aktai/a{act}.md"),
                    format!(
                        "+++\ntitle = \"Aktas\"\ntype = \"act\"\nform = \"council-decision\"\nnumber = \"T1-{act}\"\n\
                         adopted = 2026-01-01\n{amends}+++\n"
                    ),
                );
            }
            Edit::Rename { page, to } => {
                let (from, to) = (file_of(*page), file_of(*to));
                if self.path(&from).exists() && from != to {
                    fs::rename(self.path(&from), self.path(&to)).unwrap();
                    self.changed.extend([self.path(&from), self.path(&to)]);
                }
            }
            Edit::Delete { page } => self.remove(&file_of(*page)),
            Edit::Translate { page, title } => {
                let file = file_of(*page).replace(".md", ".en.md");
                self.write(&file, format!("+++\ntitle = \"News {title}\"\npublished = 2026-11-01\n+++\nText\n"));
            }
            Edit::Untranslate { page } => self.remove(&file_of(*page).replace(".md", ".en.md")),
            Edit::Section { section, title, contains } => self.section(*section, *title, *contains),
            Edit::File { page, octets } => self.write(&file_of(*page).replace(".md", ".pdf"), octets),
            Edit::Template { words } => {
                self.write("theme/404.html", format!("<!DOCTYPE html><title>{{{{ site.title }}}} {words}</title>"));
            }
            Edit::NoTemplate => self.remove("theme/404.html"),
            Edit::Settings { paginate_by, typography } => self.settings(*paginate_by, *typography),
            Edit::Event { event, day, repeats } => self.event(*event, *day, *repeats),
            Edit::Person { person, unit, leads } => self.person(*person, *unit, *leads),
            Edit::Text { page, heading, link, anchor, picture } => {
                let anchor = anchor.map_or_else(String::new, |anchor| format!("#antraste-{anchor}"));
                let link = match *link {
                    PAGES => String::new(),
                    link => format!("[žr.](/{}{anchor})", &file_of(link)["content/".len()..]),
                };
                let picture = if *picture { format!("![Nuotrauka](p{page}.png)") } else { String::new() };
                self.text(*page, &format!("Kitas tekstas. {link}\n\n{picture}\n\n## Antraštė {heading}\n"));
            }
            Edit::Notice { notice, from, hours } => {
                let from = jiff::civil::date(2026, 11, 24).at(i8::try_from(*from).unwrap(), 30, 0, 0);
                let until = from.saturating_add(jiff::Span::new().hours(i64::from(*hours)));
                let text = format!(
                    "+++\ntitle = \"Avarija {notice}\"\nseverity = \"warning\"\narea = \"Šilalė\"\nfrom = {from}\nuntil = {until}\n+++\n"
                );
                self.write(&format!("content/pranesimai/n{notice}.md"), text);
            }
            Edit::Later { minutes } => self.now += jiff::SignedDuration::from_mins(i64::from(*minutes)),
            Edit::Hidden { page } => {
                let (folder, name) =
                    file_of(*page).rsplit_once('/').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
                self.write(&format!("{folder}/.{name}.swp"), "b0VIM");
                self.write(&format!("{folder}/{name}~"), "+++\ntitle = \"Sena\"\n+++\n");
            }
            Edit::Nonsense { page } => self.write(&file_of(*page), "+++\ntitle = \n"),
        }
    }
}

/// Everything that a workshop makes, or what it says instead.
fn made(workshop: &mut Workshop, now: Timestamp) -> Result<Vec<(String, Vec<u8>)>, String> {
    workshop.files(now, Publish::Finished).map_err(|error| error.to_string())
}

fn open(folder: &Path) -> Workshop {
    Workshop::open(folder, &folder.join("cache"), Language::English).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn after_every_edit_the_site_is_that_of_a_clean_build(edits in edits()) {
        let mut disk = Disk::new();
        let mut workshop = open(disk.folder.path());
        prop_assert_eq!(made(&mut workshop, disk.now).err(), None);
        for edit in &edits {
            disk.apply(edit);
            workshop.update(&std::mem::take(&mut disk.changed)).unwrap();
            let (kept, clean) = (made(&mut workshop, disk.now), made(&mut open(disk.folder.path()), disk.now));
            match (&kept, &clean) {
                (Ok(kept), Ok(clean)) => {
                    for (one, other) in kept.iter().zip(clean) {
                        prop_assert!(one == other, "{} differs from {} after {edit:?}", one.0, other.0);
                    }
                    prop_assert_eq!(kept.len(), clean.len());
                }
                (kept, clean) => prop_assert!(kept == clean, "after {:?}:\n{:?}\n{:?}", edit, kept.as_ref().err(), clean.as_ref().err()),
            }
        }
    }
}

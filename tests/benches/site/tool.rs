//! The generators: what each wants the same pages to look like, and how it is started.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::corpus::{Corpus, Kind, Page, SECTIONS, WITH_FEED};

/// What is measured.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) flavour: Flavour,
    program: PathBuf,
}

/// How a site is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// Ours, with no more than the others make.
    Plain,
    /// Ours as a municipality has it: types of pages, feeds of everything, search, typography, the built-in theme.
    Everything,
    /// Zola from 0.23 (Tera 2).
    Zola,
    /// Zola up to 0.22 (Tera 1).
    OldZola,
    Hugo,
}

const TITLE: &str = "Šilupės rajono savivaldybė";

const SETTINGS: &str = "base_url = \"https://www.silupe.example\"\nextra_keys = [\"rusis\", \"numeris\"]\n";

const ONLY_WHAT_OTHERS_DO: &str = "feeds = \"chosen\"\nsearch = false\ntypography = false\n";

const TAXONOMIES: [&str; 3] = ["kategorija", "zyma", "padalinys"];

/// What Tera 1 writes otherwise than Tera 2.
const TERA_1: [(&str, &str); 4] = [
    ("news.pages[:10]", "news.pages | slice(end=10)"),
    ("events.pages[:5]", "events.pages | slice(end=5)"),
    ("starting_with(pat=item.url)", "starting_with(item.url)"),
    (", term=term)", ", name=term)"),
];

impl Tool {
    /// Ours, and those others that are on the PATH.
    pub(crate) fn all() -> Vec<Self> {
        let ours = tests::program("sitegen");
        let mut tools = vec![
            Self { name: "sitegen".to_owned(), flavour: Flavour::Plain, program: ours.clone() },
            Self { name: "sitegen, everything on".to_owned(), flavour: Flavour::Everything, program: ours },
        ];
        for (program, argument, flavour) in [("zola", "--version", Flavour::Zola), ("hugo", "version", Flavour::Hugo)] {
            let Ok(told) = Command::new(program).arg(argument).output() else { continue };
            let told = String::from_utf8_lossy(&told.stdout).into_owned();
            let word = told.split_whitespace().nth(1).unwrap_or_default();
            let version = word.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
            let minor = version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
            let is_old = version.starts_with("0.") && minor.is_some_and(|minor| minor < 23);
            let flavour = if flavour == Flavour::Zola && is_old { Flavour::OldZola } else { flavour };
            tools.push(Self { name: format!("{program} {version}"), flavour, program: program.into() });
        }
        tools
    }

    /// The command that builds the site in the folder `site` into `output`, whatever is there.
    pub(crate) fn build(&self, site: &Path, output: &Path) -> Vec<OsString> {
        let mut command: Vec<OsString> = vec![self.program.clone().into()];
        let cache = site.with_extension("cache");
        command.extend::<Vec<OsString>>(match self.flavour {
            Flavour::Plain | Flavour::Everything => vec![
                "build".into(),
                "--site".into(),
                site.into(),
                "--cache".into(),
                cache.into(),
                "--output".into(),
                output.into(),
            ],
            Flavour::Zola | Flavour::OldZola => vec![
                "--root".into(),
                site.into(),
                "build".into(),
                "--force".into(),
                "--output-dir".into(),
                output.into(),
            ],
            Flavour::Hugo => {
                vec!["--quiet".into(), "--source".into(), site.into(), "--destination".into(), output.into()]
            }
        });
        command
    }

    /// The command that serves the site in the folder `site` and follows changes.
    pub(crate) fn serve(&self, site: &Path, port: u16) -> Command {
        let mut command = Command::new(&self.program);
        let port = port.to_string();
        match self.flavour {
            Flavour::Plain | Flavour::Everything => {
                command.args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--site"]).arg(site);
                command.arg("--cache").arg(site.with_extension("cache"))
            }
            Flavour::Zola | Flavour::OldZola => {
                command.arg("--root").arg(site).args(["serve", "--interface", "127.0.0.1", "--port", &port, "--force"]);
                command.arg("--output-dir").arg(site.with_extension("served"))
            }
            Flavour::Hugo => command.args(["server", "--bind", "127.0.0.1", "--port", &port, "--source"]).arg(site),
        };
        command
    }

    /// Writes the first `pages` pages of the corpus as a site into `folder`. Returns the octets of Markdown.
    pub(crate) fn write_site(&self, folder: &Path, corpus: &Corpus, pages: u64) -> usize {
        let flavour = self.flavour;
        let link = |file: &str| flavour.link(file);
        let content = folder.join("content");
        let (mut octets, mut years) = (0, BTreeSet::new());
        for number in 0..pages {
            let page = corpus.page(number);
            let text = format!("+++\n{}+++\n\n{}", flavour.head(&page), corpus.text(&page, &link));
            octets += text.len();
            write(&content.join(&page.file), &text);
            if !SECTIONS.iter().any(|(path, _)| *path == page.folder) {
                years.insert(page.folder);
            }
        }
        let years = years.iter().map(|path| (path.as_str(), format!("{} m.", &path[path.len() - 4..])));
        for (path, title) in SECTIONS.map(|(path, title)| (path, title.to_owned())).into_iter().chain(years) {
            let head = flavour.section_head(path, &title);
            write(&content.join(path).join("_index.md"), &format!("+++\n{head}+++\n"));
        }
        write(&content.join("_index.md"), &format!("+++\ntitle = {TITLE:?}\n+++\n"));
        if flavour != Flavour::Everything {
            let rule = |number: u32| format!(".c{number}{{margin:{}px;padding:{}px}}\n", number % 7, number % 5);
            write(&folder.join("static/style.css"), &(0..400).map(rule).collect::<String>());
        }
        flavour.write_templates(folder);
        octets
    }
}

impl Flavour {
    const fn is_ours(self) -> bool {
        matches!(self, Self::Plain | Self::Everything)
    }

    const fn is_zola(self) -> bool {
        matches!(self, Self::Zola | Self::OldZola)
    }

    /// A link to a page's file that the generator checks.
    fn link(self, file: &str) -> String {
        format!("{}{file}", if self.is_zola() { "@/" } else { "/" })
    }

    fn head(self, page: &Page) -> String {
        let [date, description] = if self.is_ours() { ["published", "summary"] } else { ["date", "description"] };
        let what = format!(
            "title = {:?}\n{date} = {}\n{description} = {:?}\n{}",
            page.title,
            page.date,
            page.description,
            self.fields(page)
        );
        let terms =
            format!("kategorija = [{:?}]\nzyma = {:?}\npadalinys = [{:?}]\n", page.category, page.tags, page.unit);
        let extra = format!("rusis = {:?}\nnumeris = {}\n", page.kind.word(), page.number);
        match self.is_zola() {
            true => format!("{what}[taxonomies]\n{terms}[extra]\n{extra}"),
            false => format!("{what}{terms}{extra}"),
        }
    }

    /// What only pages of a type have.
    fn fields(self, page: &Page) -> String {
        let act = |form| format!("form = {form:?}\nnumber = \"{}\"\nadopted = {}\n", page.number + 1, page.date);
        match page.kind {
            _ if self != Self::Everything => String::new(),
            Kind::Event => format!("start = {}\nplace = {:?}\n", page.date, page.place),
            Kind::Decision => act("council-decision"),
            Kind::Decree => act("mayor-decree"),
            _ => String::new(),
        }
    }

    fn section_head(self, path: &str, title: &str) -> String {
        let has_feed = WITH_FEED.contains(&path);
        let mut head = format!("title = {title:?}\n");
        let mut add = |is_so: bool, line: &str| {
            if is_so {
                head.push_str(line);
            }
        };
        let place = SECTIONS.iter().filter(|(path, _)| !path.contains('/')).position(|(other, _)| *other == path);
        match self {
            Self::Plain | Self::Everything => {
                add(place.is_some(), &format!("menu = {}\n", place.unwrap_or_default()));
                add(has_feed && self == Self::Plain, "feed = true\n");
                add(path == "naujienos", "contains = \"news\"\n");
                add(path == "renginiai" && self == Self::Everything, "contains = \"event\"\n");
                add(path == "teises-aktai" && self == Self::Everything, "contains = \"act\"\n");
            }
            Self::Zola | Self::OldZola => {
                add(true, "sort_by = \"date\"\ntemplate = \"section.html\"\n");
                add(path != "teises-aktai", "paginate_by = 20\n");
                add(title.ends_with(" m."), "transparent = true\n");
                add(has_feed, "generate_feeds = true\n");
            }
            Self::Hugo => add(has_feed, "outputs = [\"html\", \"atom\"]\n"),
        }
        head
    }

    fn write_templates(self, folder: &Path) {
        let templates = tests::sources().join("tests/benches/site/templates");
        let as_it_is = |text: String| text;
        match self {
            Self::Plain | Self::Everything => {
                let mut settings = format!("title = {TITLE:?}\n{SETTINGS}");
                if self == Self::Plain {
                    settings.push_str(ONLY_WHAT_OTHERS_DO);
                    copy(&templates.join("sitegen"), folder, &as_it_is);
                }
                settings.extend(TAXONOMIES.map(|name| format!("[[taxonomy]]\nname = {name:?}\n")));
                write(&folder.join("site.toml"), &settings);
            }
            Self::Zola => copy(&templates.join("zola"), folder, &as_it_is),
            Self::OldZola => {
                let old = |text: String| TERA_1.iter().fold(text, |text, (new, old)| text.replace(new, old));
                copy(&templates.join("zola"), folder, &old);
                fs::rename(folder.join("zola.toml"), folder.join("config.toml")).unwrap();
            }
            Self::Hugo => copy(&templates.join("hugo"), folder, &as_it_is),
        }
    }
}

fn copy(from: &Path, to: &Path, change: &dyn Fn(String) -> String) {
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        match path.is_dir() {
            true => copy(&path, &to.join(name), change),
            false => write(&to.join(name), &change(fs::read_to_string(&path).unwrap())),
        }
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

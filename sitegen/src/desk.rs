//! What helps editors at their desk: a new page with all it needs, lists of pages, and why a page is where and as it is.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::civil::{Date, DateTime};
use messages::{Language, Message};

use crate::check::press_release;
use crate::content::{Kind, Page, Settings, Sources, Type, Visibility};
use crate::markdown::slug;
use crate::site::{PageId, Publish, Site};

/// Why there is no new page.
#[derive(Debug, thiserror::Error)]
pub enum NewError {
    /// There is one already.
    #[error("{path} is there already; choose another title, or write into that file", path = .0.display())]
    Exists(PathBuf),
    /// There is nothing to tell of.
    #[error("there is no sitting of the council on {0}; make its page first: sitegen new sitting")]
    NoSitting(Date),
    /// The file cannot be written.
    #[error("{path} cannot be written: {source}", path = .path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Makes the file of a new page of `type_` and returns its path. `folder` inside `content/` is where it stands; without one, the
/// folder whose pages are of that type.
///
/// # Errors
/// There is such a page already, or the file cannot be written.
pub fn new(
    sources: &Sources,
    type_: Type,
    title: &str,
    folder: Option<&str>,
    now: DateTime,
) -> Result<PathBuf, NewError> {
    let folder = place_of(sources, type_, folder);
    let is_inherited = sources.inherited_type(&folder) == type_;
    let text = draft(&sources.settings, type_, title, is_inherited, now);
    write(sources, &folder, title, &text)
}

/// Makes the file of a press release on the sitting of the council on `day`, with what the sitting decided, and returns its path.
///
/// # Errors
/// There is no such sitting, there is such a page already, or the file cannot be written.
pub fn press_release(
    site: &Site,
    sources: &Sources,
    day: Date,
    title: Option<String>,
    folder: Option<&str>,
) -> Result<PathBuf, NewError> {
    let sitting = press_release::sitting_on(site, day).ok_or(NewError::NoSitting(day))?;
    let language = Language::Lithuanian;
    let title = title.unwrap_or_else(|| {
        let day = crate::render::words::day(day, language);
        language.say(&Message::new("check-release-title").with("day", day))
    });
    let now = site.now.strftime("%Y-%m-%dT%H:%M");
    let folder = place_of(sources, Type::News, folder);
    let type_ = if sources.inherited_type(&folder) == Type::News { "" } else { "type = \"news\"\n" };
    let text = format!(
        "+++\ntitle = {}\n{type_}published = {now}\ndraft = true\npress_release = true\nsitting = {day}\n# summary = \"…\"\n+++\n\n{}",
        serde_json::Value::from(title.as_str()),
        press_release::draft(site, sitting)
    );
    write(sources, &folder, &title, &text)
}

/// The folder of a new page: the one that was asked for, or the one whose pages are of its type.
fn place_of(sources: &Sources, type_: Type, folder: Option<&str>) -> String {
    let folder = folder.map_or_else(|| home_of(sources, type_), str::to_owned);
    folder.trim_matches('/').to_owned()
}

/// Writes a new file, and never over another.
fn write(sources: &Sources, folder: &str, title: &str, text: &str) -> Result<PathBuf, NewError> {
    let name = format!("{}.md", slug(title));
    let path = sources.named(&if folder.is_empty() { name } else { format!("{folder}/{name}") });
    let failed = |source| NewError::Write { path: path.clone(), source };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    let made = fs::OpenOptions::new().write(true).create_new(true).open(&path);
    match made {
        Ok(mut file) => file.write_all(text.as_bytes()).map_err(failed)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(NewError::Exists(path)),
        Err(error) => return Err(failed(error)),
    }
    Ok(path)
}

/// The folder whose page says that it holds pages of `type_`; the uppermost when none does.
fn home_of(sources: &Sources, type_: Type) -> String {
    let said = sources.pages.values().find(|page| {
        matches!(&page.front.kind, Kind::Section(section) if section.contains == Some(type_))
            && page.file.language == sources.settings.language
    });
    said.map_or_else(String::new, |page| page.file.key())
}

/// A page with the keys of its type: those that it needs, then, commented out, those that it may have.
fn draft(settings: &Settings, type_: Type, title: &str, is_inherited: bool, now: DateTime) -> String {
    let mut text = String::from("+++\n");
    // Writing to a string cannot fail. JSON's escapes are among TOML's.
    let _ = writeln!(text, "title = {}", serde_json::Value::from(title));
    if !is_inherited {
        let _ = writeln!(text, "type = \"{}\"", type_.word());
    }
    if type_.is_news_when_published() {
        let _ = writeln!(text, "published = {}", now.strftime("%Y-%m-%dT%H:%M"));
    }
    let _ = writeln!(text, "draft = true");
    let example = |field: &crate::content::Field| match field.is_list {
        true => format!("[{}]", field.example),
        false => field.example.to_owned(),
    };
    for field in type_.fields().iter().filter(|field| field.is_required) {
        let _ = writeln!(text, "{} = {}", field.key, example(field));
    }
    let _ = writeln!(text, "# summary = \"…\"");
    for taxonomy in &settings.taxonomies {
        let _ = writeln!(text, "# {} = [\"…\"]", taxonomy.name);
    }
    for field in type_.fields().iter().filter(|field| !field.is_required) {
        let _ = writeln!(text, "# {} = {}", field.key, example(field));
    }
    for (key, example) in [
        ("images", "[{ file = \"nuotrauka.jpg\", alt = \"…\" }]"),
        ("attachments", "[\"priedas.pdf\"]"),
        ("contacts", "[\"vardas-pavarde\"]"),
        ("expires", "2027-01-01"),
    ] {
        let _ = writeln!(text, "# {key} = {example}");
    }
    text.push_str("+++\n\n…\n");
    text
}

/// One line a page: its file, type, address, and whether residents see it.
#[must_use]
pub fn list(site: &Site, type_: Option<Type>, language: Language) -> String {
    let mut text = String::new();
    for id in site.pages() {
        let node = site.node(id);
        let of = node.page.front.kind.type_();
        if type_.is_none_or(|type_| type_ == of) {
            let state = state(node.visibility, language);
            let _ = writeln!(
                text,
                "{}\t{}\t{}\t{state}\t{}",
                node.page.file.path,
                of.word(),
                node.address,
                node.page.front.title
            );
        }
    }
    text
}

/// One line a page that will be public later: its file, and when.
#[must_use]
pub fn waiting(sources: &Sources, now: DateTime, language: Language) -> String {
    let waiting = sources.pages.values().filter_map(|page| match page.visibility(now) {
        visibility @ Visibility::Embargo(_) => Some(format!("{}: {}\n", page.file.path, state(visibility, language))),
        _ => None,
    });
    waiting.collect()
}

fn state(visibility: Visibility, language: Language) -> String {
    match visibility {
        Visibility::Public => language.text("site-state-public"),
        Visibility::Expired => language.text("site-state-expired"),
        Visibility::Draft => language.text("site-state-draft"),
        Visibility::Embargo(until) => {
            let when = crate::render::words::moment(crate::content::Moment::Time(until), language);
            language.say(&Message::new("site-state-embargo").with("when", when))
        }
    }
}

/// Which page of a site somebody means: by its file, as it stands on the disk or inside `content/`, or by its address.
#[must_use]
pub fn find(site: &Site, sources: &Sources, name: &str) -> Option<PageId> {
    let inside = Path::new(name).strip_prefix(sources.folder().join("content")).ok().and_then(Path::to_str);
    let relative = name.strip_prefix("content/");
    [inside, relative, Some(name)]
        .into_iter()
        .flatten()
        .find_map(|file| site.page_of_file(file))
        .or_else(|| site.page_at(name))
}

/// Where the links of a page lead, and who links to it.
#[must_use]
pub fn links(site: &Site, id: PageId, language: Language) -> String {
    use crate::markdown::{Answer, Question};
    let mut text = format!("{}\n", language.text("site-links-from"));
    for (question, answer) in &site.text(id).asked {
        if let (Question::Link(link) | Question::Picture(link) | Question::Document(link), answer) = (question, answer)
        {
            let target = match answer {
                Answer::Address(address) => address.clone(),
                Answer::Picture(picture) => picture.source.clone(),
                Answer::Document(facts) => facts.address.clone(),
                Answer::Contact(contact) => contact.address.clone(),
                Answer::Wrong(message) => language.say(message),
            };
            let _ = writeln!(text, "  {link} → {target}");
        }
    }
    let _ = writeln!(text, "{}", language.text("site-links-to"));
    for from in site.backlinks(id) {
        let _ = writeln!(text, "  {}", site.page(*from).file.path);
    }
    text
}

/// What a page is, where it is, whether and why residents see it, and what depends on it. `site` has all pages, also those that
/// are not public.
#[must_use]
pub fn explain(site: &Site, id: PageId, language: Language) -> String {
    debug_assert_eq!(site.publish, Publish::Everything);
    let node = site.node(id);
    let page: &Page = &node.page;
    let mut text = String::new();
    let mut say = |key: &'static str, value: String| {
        let _ = writeln!(text, "{}: {value}", language.text(key));
    };
    say("site-explain-file", page.path.display().to_string());
    say(
        "site-explain-type",
        format!("{} ({})", page.front.kind.type_().word(), language.text(&page.front.kind.type_().key())),
    );
    say("site-explain-address", format!("{}{}", site.settings.base_url, node.address));
    say("site-explain-state", state(node.visibility, language));
    if let Some(next) = page.next_change(site.now) {
        say("site-explain-next", crate::render::words::moment(crate::content::Moment::Time(next), language));
    }
    let files = |ids: &mut dyn Iterator<Item = PageId>| {
        ids.map(|id| site.page(id).file.path.clone()).collect::<Vec<_>>().join(", ")
    };
    if !node.translations.is_empty() {
        say("site-explain-translations", files(&mut node.translations.iter().copied()));
    }
    for (key, target) in &node.relations {
        say("site-explain-names", format!("{key} → {}", site.page(*target).file.path));
    }
    for (key, from) in &node.named_by {
        say("site-explain-named-by", format!("{} ({key})", site.page(*from).file.path));
    }
    if !site.backlinks(id).is_empty() {
        say("site-explain-linked-by", files(&mut site.backlinks(id).iter().copied()));
    }
    let listed_in =
        site.sections().iter().filter(|section| section.listed.contains(&id)).map(|section| section.address.clone());
    let in_terms = site.terms().iter().filter(|term| term.pages.contains(&id)).map(|term| term.address.clone());
    let lists: Vec<String> = listed_in.chain(in_terms).collect();
    if !lists.is_empty() {
        say("site-explain-lists", lists.join(", "));
    }
    text
}

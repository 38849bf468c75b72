//! Which pages there are at a given time, and how they hang together. Pure: no files, no HTML.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::DateTime;
use messages::Message;
use strict_toml::Problems;

use crate::content::{Address, Content, Kind, Page, Settings};
use crate::markdown::{self, Target};

/// What is published.
#[derive(Debug)]
pub struct Site<'c> {
    /// What holds for all pages.
    pub settings: &'c Settings,
    /// Local time for which the site is made: news of later days are not in it.
    pub now: DateTime,
    pages: BTreeMap<&'c Address, &'c Page>,
    content: &'c Content,
}

/// Which pages are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publish {
    /// Drafts and news of later days.
    Finished,
    /// None: an editor looks at what will be.
    Everything,
}

impl<'c> Site<'c> {
    /// The site as it is at `now`, in local time.
    #[must_use]
    pub fn new(content: &'c Content, now: DateTime, publish: Publish) -> Self {
        let is_published = |page: &&Page| publish == Publish::Everything || page.is_published(now);
        let pages = content.pages.values().filter(is_published).map(|page| (&page.address, page)).collect();
        Self { settings: &content.settings, now, pages, content }
    }

    /// All pages, in the order of their addresses.
    pub fn pages(&self) -> impl Iterator<Item = &'c Page> {
        self.pages.values().copied()
    }

    /// The page at an address.
    #[must_use]
    pub fn page(&self, address: &Address) -> Option<&'c Page> {
        self.pages.get(address).copied()
    }

    /// The pages right below a section, in the order in which people look for them: the newest news, the next event and
    /// the latest act first, everything else by its title.
    #[must_use]
    pub fn children(&self, section: &Address) -> Vec<&'c Page> {
        self.ordered(|page| page.address.parent().as_ref() == Some(section))
    }

    /// All news, the newest first.
    #[must_use]
    pub fn news(&self) -> Vec<&'c Page> {
        self.ordered(|page| matches!(page.kind, Kind::News { .. }))
    }

    /// Events that are not over, the next first.
    #[must_use]
    pub fn coming_events(&self) -> Vec<&'c Page> {
        self.ordered(|page| self.is_coming(page))
    }

    fn ordered(&self, is_wanted: impl Fn(&Page) -> bool) -> Vec<&'c Page> {
        let mut pages: Vec<&Page> = self.pages().filter(|page| is_wanted(page)).collect();
        pages.sort_by_cached_key(|page| (self.rank(page), page.title.to_lowercase()));
        pages
    }

    fn is_coming(&self, page: &Page) -> bool {
        matches!(&page.kind, Kind::Event { starts, ends, .. } if ends.unwrap_or(*starts) >= self.now)
    }

    /// The pages in the menu, from left to right.
    #[must_use]
    pub fn menu(&self) -> Vec<&'c Page> {
        let mut menu: Vec<&Page> = self.pages().filter(|page| page.menu.is_some()).collect();
        menu.sort_by_key(|page| (page.menu, &page.address));
        menu
    }

    /// The pages above, from home down.
    #[must_use]
    pub fn ancestors(&self, page: &Page) -> Vec<&'c Page> {
        let mut ancestors = Vec::new();
        let mut next = page.address.parent();
        while let Some(address) = next {
            ancestors.extend(self.page(&address));
            next = address.parent();
        }
        ancestors.reverse();
        ancestors
    }

    /// The page's text as HTML. Mistakes in it go to `problems`.
    #[must_use]
    pub fn html(&self, page: &Page, problems: &Problems) -> String {
        let markdown = page.document.text().get(page.markdown.clone()).unwrap_or_default();
        let (html, mistakes) = markdown::to_html(markdown, |link| self.resolve(page, link));
        for mistake in mistakes {
            let start = page.markdown.start;
            let span = start + mistake.span.start..start + mistake.span.end;
            problems.report(page.document.problem(&span, mistake.message));
        }
        html
    }

    /// Where a link of `page` to a file of the site leads.
    fn resolve(&self, page: &Page, link: &str) -> Target {
        let (path, fragment) = link.split_once('#').map_or((link, ""), |(path, fragment)| (path, fragment));
        let wrong = |key: &str| Target::Wrong(Message::new(key).with("link", link));
        let Some(file) = join(page.folder(), path) else { return wrong("site-link-outside") };
        if self.content.assets.contains_key(&file) {
            return Target::Inside(format!("/{file}"));
        }
        if !file.ends_with(".md") {
            return wrong("site-link-missing");
        }
        let address = Address::of_file(&file);
        match (self.page(&address), self.content.pages.contains_key(&address)) {
            (Some(_), _) if fragment.is_empty() => Target::Inside(address.to_string()),
            (Some(_), _) => Target::Inside(format!("{address}#{fragment}")),
            (None, true) => wrong("site-link-unpublished"),
            (None, false) => wrong("site-link-missing"),
        }
    }

    /// What orders pages of a kind; smaller comes first.
    fn rank(&self, page: &Page) -> (u8, Reverse<DateTime>, DateTime) {
        let midnight = jiff::civil::Time::midnight();
        match &page.kind {
            Kind::News { published } => (0, Reverse(published.to_datetime(midnight)), DateTime::MIN),
            Kind::Act { adopted, .. } => (0, Reverse(adopted.to_datetime(midnight)), DateTime::MIN),
            Kind::Event { starts, .. } if self.is_coming(page) => (0, Reverse(DateTime::MIN), *starts),
            Kind::Event { starts, .. } => (1, Reverse(*starts), DateTime::MIN),
            Kind::Page | Kind::Section | Kind::Contacts { .. } => (2, Reverse(DateTime::MIN), DateTime::MIN),
        }
    }
}

impl Page {
    /// Whether residents may see it at `now`, in local time.
    #[must_use]
    pub fn is_published(&self, now: DateTime) -> bool {
        let is_of_later = matches!(self.kind, Kind::News { published } if published > now.date());
        !self.is_draft && !is_of_later
    }

    /// The folder of its file, with `/` between the parts and at the end.
    fn folder(&self) -> String {
        let inner = &self.address.as_str()[1..];
        match self.kind {
            Kind::Section => inner.to_owned(),
            _ => inner.trim_end_matches('/').rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/")),
        }
    }
}

/// A path relative to a folder of the site, or from its root when it begins with a slash; none when it leads out.
fn join(folder: String, path: &str) -> Option<String> {
    let from = if path.starts_with('/') { String::new() } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in from.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A site of files, made for noon of 2026-11-24.
    fn with_site<T>(files: &[(&str, &str)], look: impl FnOnce(&Site<'_>, &Problems) -> T) -> T {
        let folder = tempfile::tempdir().unwrap();
        let settings = "title = \"A\"\nbase_url = \"https://a.example\"\naddress = \"B\"\nphone = \"1\"\nemail = \"a@a.example\"\n";
        for (name, text) in
            files.iter().chain(&[("site.toml", settings), ("_index.md", "+++\ntitle = \"Pradžia\"\n+++\n")])
        {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let problems = Problems::default();
        let content = crate::content::read(folder.path(), &problems).unwrap();
        let site = Site::new(&content, "2026-11-24T12:00".parse().unwrap(), Publish::Finished);
        look(&site, &problems)
    }

    fn news(day: &str) -> String {
        format!("+++\ntitle = \"{day}\"\ntype = \"news\"\npublished = {day}\n+++\n")
    }

    #[test]
    fn the_newest_news_come_first_and_those_of_later_days_not_yet() {
        let days = ["2026-11-20", "2026-11-24", "2026-11-22", "2026-11-25"]
            .map(|day| (format!("naujienos/{day}.md"), news(day)));
        let mut files: Vec<(&str, &str)> = days.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        files.push(("naujienos/_index.md", "+++\ntitle = \"Naujienos\"\n+++\n"));
        with_site(&files, |site, problems| {
            let titles = |pages: Vec<&Page>| pages.iter().map(|page| page.title.clone()).collect::<Vec<_>>();
            assert!(problems.is_empty());
            assert_eq!(titles(site.news()), ["2026-11-24", "2026-11-22", "2026-11-20"]);
            assert_eq!(titles(site.children(&Address::of_file("naujienos/_index.md"))), titles(site.news()));
        });
    }

    #[test]
    fn links_are_followed_from_the_folder_of_their_file() {
        let text = "+++\ntitle = \"A\"\n+++\n[k](../kontaktai.md#darbas) [p](planas.pdf) [s](_index.md) [h](/_index.md)\n\n[x](../../etc/passwd) [d](juodrastis.md) [n](nera.md)";
        let files = [
            ("a/_index.md", "+++\ntitle = \"Skyrius\"\n+++\n[p](planas.pdf)"),
            ("a/b.md", text),
            ("a/planas.pdf", ""),
            ("a/juodrastis.md", "+++\ntitle = \"J\"\ndraft = true\n+++\n"),
            ("kontaktai.md", "+++\ntitle = \"K\"\n+++\n"),
        ];
        let said = with_site(&files, |site, _| {
            let problems = Problems::default();
            let html = site.html(site.page(&Address::of_file("a/b.md")).unwrap(), &problems);
            for link in ["/kontaktai/#darbas", "/a/planas.pdf", "/a/", "/"] {
                assert!(html.contains(&format!("href=\"{link}\"")), "{html}");
            }
            let _ = site.html(site.page(&Address::of_file("a/_index.md")).unwrap(), &problems);
            problems.into_vec()
        });
        let keys: Vec<&str> = said.iter().map(|problem| problem.message.key()).collect();
        assert_eq!(keys, ["site-link-outside", "site-link-unpublished", "site-link-missing"]);
        assert_eq!(said[0].place.as_ref().map(|place| (place.line, place.column)), Some((6, 1)));
    }

    #[test]
    fn a_folder_without_a_page_of_its_own_is_a_mistake() {
        with_site(&[("a/b.md", "+++\ntitle = \"B\"\n+++\n")], |_, problems| assert!(!problems.is_empty()));
    }

    #[test]
    fn ancestors_lead_from_home_down() {
        let files = [("a/_index.md", "+++\ntitle = \"Skyrius\"\n+++\n"), ("a/b.md", "+++\ntitle = \"B\"\n+++\n")];
        with_site(&files, |site, _| {
            let page = site.page(&Address::of_file("a/b.md")).unwrap();
            let titles: Vec<&str> = site.ancestors(page).iter().map(|page| page.title.as_str()).collect();
            assert_eq!(titles, ["Pradžia", "Skyrius"]);
        });
    }
}

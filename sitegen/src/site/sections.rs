//! Folders as residents see them: lists of pages, in the order in which people look for them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use messages::Language;

use super::{Facet, Graph, Month, Occasion, PageId, SectionId};
use crate::content::{self, Kind, Sorting, Type};

/// A folder in one language.
#[derive(Debug)]
pub struct Section {
    /// The language.
    pub language: Language,
    /// The folder inside `content/`, empty for the uppermost.
    pub folder: String,
    /// Where it is.
    pub address: String,
    /// The section that it is in.
    pub parent: Option<SectionId>,
    /// Its own page, if somebody wrote one.
    pub page: Option<PageId>,
    /// Sections right below it, by menu and title.
    pub below: Vec<SectionId>,
    /// The pages that it lists, in their order: its own, and those of folders below that are only a year.
    pub listed: Vec<PageId>,
    /// Pages of its own that are of the past.
    pub expired: Vec<PageId>,
    /// The same pages by year, the latest first, if it has a list a year.
    pub years: BTreeMap<std::cmp::Reverse<i16>, Vec<PageId>>,
    /// How many pages stand on one page of the list.
    pub paginate_by: usize,
    /// Whether it has feeds.
    pub has_feed: bool,
    /// By what its list can be narrowed.
    pub facets: Vec<Facet>,
    /// What takes place on each day, from a year ago to a year ahead.
    pub days: BTreeMap<Date, Vec<Occasion>>,
    /// The months of which it has a calendar, in order.
    pub months: Vec<Month>,
}

impl Section {
    pub(super) fn new(language: Language, folder: String, address: String, parent: Option<SectionId>) -> Self {
        Self {
            language,
            folder,
            address,
            parent,
            page: None,
            below: Vec::new(),
            listed: Vec::new(),
            expired: Vec::new(),
            years: BTreeMap::new(),
            paginate_by: 1,
            has_feed: false,
            facets: Vec::new(),
            days: BTreeMap::new(),
            months: Vec::new(),
        }
    }

    /// Whether the folder only gathers the pages of one year: they are pages of the section above as well.
    #[must_use]
    pub fn is_year(&self) -> bool {
        let name = self.folder.rsplit('/').next().unwrap_or_default();
        name.len() == 4 && name.bytes().all(|octet| octet.is_ascii_digit()) && self.parent.is_some()
    }

    /// What it is called.
    #[must_use]
    pub fn title<'s>(&'s self, graph: &'s Graph) -> &'s str {
        match self.page {
            Some(page) => &graph.page(page).front.title,
            None if self.parent.is_none() => &graph.settings.institution(self.language).title,
            None => self.folder.rsplit('/').next().unwrap_or_default(),
        }
    }

    /// How many pages its list has: at least one.
    #[must_use]
    pub fn list_pages(&self) -> usize {
        self.listed.len().div_ceil(self.paginate_by).max(1)
    }

    /// The number of a page of a list as part of an address: the first has none.
    #[must_use]
    pub fn list_address(address: &str, number: usize) -> String {
        if number == 1 { address.to_owned() } else { format!("{address}p/{number}/") }
    }
}

/// Puts pages into their sections, in order.
pub(super) fn fill(graph: &mut Graph) {
    let mut listed: Vec<Vec<PageId>> = vec![Vec::new(); graph.sections.len()];
    let mut expired: Vec<Vec<PageId>> = vec![Vec::new(); graph.sections.len()];
    for id in graph.pages() {
        let node = graph.node(id);
        // What tells another page in easy words stands beside that one, and in no list.
        if node.page.file.is_section || node.page.front.easy_to_read_of.is_some() {
            continue;
        }
        let lists = if graph.is_current(id) { &mut listed } else { &mut expired };
        lists[node.section.index()].push(id);
        let mut section = graph.section(node.section);
        while let Some(parent) = section.parent.filter(|_| section.is_year()) {
            lists[parent.index()].push(id);
            section = graph.section(parent);
        }
    }
    for index in 0..graph.sections.len() {
        let order = |mut pages: Vec<PageId>| {
            sort(graph, &graph.sections[index], &mut pages);
            pages
        };
        let (current, past) = (order(std::mem::take(&mut listed[index])), order(std::mem::take(&mut expired[index])));
        let plan = plan(graph, &graph.sections[index], &current);
        let own: Vec<PageId> = current.iter().copied().filter(|id| graph.node(*id).section.index() == index).collect();
        for (place, id) in own.iter().enumerate() {
            let before = place.checked_sub(1).map(|place| own[place]);
            graph.nodes[id.index()].neighbours = [before, own.get(place + 1).copied()];
        }
        let mut years: BTreeMap<_, Vec<PageId>> = BTreeMap::new();
        if plan.has_archive {
            for id in current.iter().chain(&past) {
                if let Some(day) = graph.day(*id) {
                    years.entry(std::cmp::Reverse(day.year())).or_default().push(*id);
                }
            }
            for pages in years.values_mut() {
                pages.sort_unstable_by_key(|id| graph.place(*id));
            }
        }
        let section = &mut graph.sections[index];
        (section.listed, section.expired, section.years) = (current, past, years);
        (section.paginate_by, section.has_feed) = (plan.paginate_by, plan.has_feed);
    }
    fill_below(graph);
}

struct Plan {
    paginate_by: usize,
    has_feed: bool,
    has_archive: bool,
}

/// What a section's page says, and where it is silent, what its pages are.
fn plan(graph: &Graph, section: &Section, listed: &[PageId]) -> Plan {
    let said = said(graph, section);
    let settings = &graph.settings;
    let paginate_by = said.and_then(|said| said.paginate_by).unwrap_or(settings.paginate_by).max(1);
    let is_dated = listed.first().is_some_and(|id| graph.day(*id).is_some());
    let by_default = settings.feeds == content::Feeds::All && is_dated && !section.is_year();
    let is_filed =
        listed.first().is_some_and(|id| matches!(graph.page(*id).front.kind.type_(), Type::News | Type::Act));
    Plan {
        paginate_by: usize::from(paginate_by),
        has_feed: said.and_then(|said| said.feed).unwrap_or(by_default),
        has_archive: said.and_then(|said| said.archive).unwrap_or(is_filed && !section.is_year()),
    }
}

fn said<'s>(graph: &'s Graph, section: &Section) -> Option<&'s content::Section> {
    match &graph.page(section.page?).front.kind {
        Kind::Section(said) => Some(said),
        _ => None,
    }
}

fn sort(graph: &Graph, section: &Section, pages: &mut [PageId]) {
    let has_dates = || pages.iter().any(|id| graph.day(*id).is_some());
    let sorting = said(graph, section).and_then(|said| said.sort_by);
    match sorting.unwrap_or(if has_dates() { Sorting::Date } else { Sorting::Menu }) {
        Sorting::Date => pages.sort_unstable_by_key(|id| graph.place(*id)),
        Sorting::Menu => pages.sort_by_cached_key(|id| {
            let front = &graph.page(*id).front;
            (front.menu.unwrap_or(i64::MAX), collation_key(&front.title), *id)
        }),
        Sorting::Title => pages.sort_by_cached_key(|id| (collation_key(&graph.page(*id).front.title), *id)),
    }
}

fn fill_below(graph: &mut Graph) {
    let mut below: Vec<Vec<SectionId>> = vec![Vec::new(); graph.sections.len()];
    for (index, section) in graph.sections.iter().enumerate() {
        if let Some(parent) = section.parent {
            below[parent.index()].push(SectionId::of(index));
        }
    }
    for (index, mut sections) in below.into_iter().enumerate() {
        sections.sort_by_cached_key(|id| {
            let section = graph.section(*id);
            let menu = section.page.and_then(|page| graph.page(page).front.menu);
            (menu.unwrap_or(i64::MAX), collation_key(section.title(graph)), *id)
        });
        graph.sections[index].below = sections;
    }
}

/// What orders words as Lithuanians do: marks count only between words that are otherwise the same, but č, š, ž are letters of
/// their own (and y stands with i).
#[must_use]
pub(super) fn collation_key(text: &str) -> (String, String) {
    let lower = text.to_lowercase();
    let mut key = String::with_capacity(lower.len());
    for letter in lower.chars() {
        match letter {
            'ą' => key.push('a'),
            'č' => key.push_str("c\u{7f}"),
            'ę' | 'ė' => key.push('e'),
            'į' | 'y' => key.push('i'),
            'š' => key.push_str("s\u{7f}"),
            'ų' | 'ū' => key.push('u'),
            'ž' => key.push_str("z\u{7f}"),
            '„' | '“' | '"' => {}
            other => key.push(other),
        }
    }
    (key, lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_ordered_as_in_a_lithuanian_dictionary() {
        let mut words =
            ["Žemė", "Zona", "Šeima", "Sutartis", "Ąžuolas", "Aikštė", "Čiurlionis", "Citrina", "Yla", "Ilgas", "Jūra"];
        words.sort_by_cached_key(|word| collation_key(word));
        assert_eq!(
            words,
            ["Aikštė", "Ąžuolas", "Citrina", "Čiurlionis", "Yla", "Ilgas", "Jūra", "Sutartis", "Šeima", "Zona", "Žemė"]
        );
    }
}

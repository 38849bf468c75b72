//! Which pages there are at a given time, and how they hang together. Pure: no files, no HTML.
//!
//! A [`Site`] is a [`Graph`], which the heads of pages make, with the texts of the pages. Whoever changes a head gets another graph,
//! whole; whoever changes a text gets that text anew and keeps the graph. Texts, which are dear, go from one site to the next
//! ([`Texts`]) as long as their file and all that they asked for is the same.

mod address;
mod backlinks;
mod editions;
mod facets;
mod graph;
mod links;
mod months;
mod overviews;
mod relations;
mod sections;
mod taken;
mod taxonomies;
#[cfg(test)]
mod tests;
mod texts;
mod validity;

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use strict_toml::Problem;

use crate::markdown::Text;

use backlinks::Backlinks;
pub use editions::{Edition, EditionText};
pub use facets::{Facet, FacetKey, FacetValue};
pub use graph::{Graph, Node};
pub(crate) use links::format_of;
pub use months::{Month, Occasion};
pub use overviews::{Group, Office, Overview};
pub use sections::Section;
pub use taxonomies::{Term, taxonomy_address};
pub use texts::Texts;
pub use validity::Validity;

/// Numbers by which a [`Graph`] knows what it holds: each is the place in one of its lists.
macro_rules! identifiers {
    ($( $(#[doc = $doc:literal])* $name:ident ),* $(,)?) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// The one at `index` of its list.
            #[must_use]
            pub fn of(index: usize) -> Self {
                // More than fit into 32 bits do not fit into memory.
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }

            /// Its place in the list.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

identifiers! {
    /// A page of a [`Graph`], see [`Graph::pages`].
    PageId,
    /// A section of a [`Graph`], see [`Graph::sections`].
    SectionId,
    /// A term of a [`Graph`], see [`Graph::terms`].
    TermId,
}

/// Which pages are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publish {
    /// Drafts, and pages of later times.
    Finished,
    /// None: an editor looks at what will be.
    Everything,
}

/// All that is published: how it hangs together, and what it says.
#[derive(Debug)]
pub struct Site {
    graph: Arc<Graph>,
    texts: Arc<[texts::Settled]>,
    backlinks: Backlinks,
    problems: Vec<Problem>,
    notes: Vec<Problem>,
    unapproved: Vec<PageId>,
}

/// A site answers for its graph.
impl Deref for Site {
    type Target = Graph;

    fn deref(&self) -> &Graph {
        &self.graph
    }
}

impl Site {
    /// The site of a graph. `texts` are those of the site before, of which what still holds is used again.
    #[must_use]
    pub fn new(graph: &Arc<Graph>, texts: &mut Texts) -> Self {
        let texts = texts::settle(graph, texts);
        let (mut problems, mut notes) = (graph.problems.clone(), graph.notes.clone());
        let found = texts.iter().flat_map(|text| text.problems().iter().cloned());
        // In what comes from another generator, much leads nowhere: it is told of, and the rest is shown.
        if graph.settings.is_lenient {
            notes.extend(found);
        } else {
            problems.extend(found);
            problems.extend(links::lost_anchors(graph, &texts));
        }
        problems.sort_by_cached_key(Problem::order);
        let backlinks = Backlinks::of(texts.iter().map(texts::Settled::targets));
        Self { graph: Arc::clone(graph), texts, backlinks, problems, notes, unapproved: Vec::new() }
    }

    /// What editors have to mend, in the order of files and lines.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What is wrong and does not keep the site from being built, because it comes from another generator.
    #[must_use]
    pub fn notes(&self) -> &[Problem] {
        &self.notes
    }

    /// Says which pages the language editor has not seen yet; they tell their readers.
    pub fn set_unapproved(&mut self, pages: Vec<PageId>) {
        self.unapproved = pages;
    }

    /// Whether a page is public before the language editor has seen it.
    #[must_use]
    pub fn is_unapproved(&self, id: PageId) -> bool {
        self.unapproved.contains(&id)
    }

    /// The text of a page.
    #[must_use]
    pub fn text(&self, id: PageId) -> &Text {
        self.texts[id.index()].text()
    }

    /// The pages whose text links to a page.
    #[must_use]
    pub fn backlinks(&self, id: PageId) -> &[PageId] {
        self.backlinks.to(id)
    }

    /// The files that the pictures of all pages become: their path on the site, and on the disk. One that several pages show is there
    /// several times.
    #[must_use]
    pub fn picture_files(&self) -> Vec<(String, PathBuf)> {
        links::picture_files(self)
    }
}

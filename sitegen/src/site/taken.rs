//! Which addresses pages, sections, files and addresses of before have: what a site adds of its own gives way to them.

use rustc_hash::FxHashSet;

use super::Graph;

/// Addresses that somebody chose.
#[derive(Debug)]
pub(super) struct Taken<'s> {
    graph: &'s Graph,
    sections: FxHashSet<&'s str>,
    /// Documents among the files that are published as they are.
    files: Vec<&'s str>,
}

impl<'s> Taken<'s> {
    /// Those of a site whose pages have their places.
    pub(super) fn of(graph: &'s Graph) -> Self {
        let sections = graph.sections.iter().map(|section| section.address.as_str()).collect();
        let files = graph.addresses.files.keys().map(String::as_str).filter(|file| file.ends_with("/index.html"));
        Self { graph, sections, files: files.collect() }
    }

    /// Whether something is at an address, or was, or is below it. The address begins and ends with a slash.
    pub(super) fn has(&self, address: &str) -> bool {
        let (by_address, aliases) = (&self.graph.addresses.by_address, &self.graph.addresses.aliases);
        let bare = address.trim_end_matches('/');
        let below = |path: &str| path.strip_prefix(bare).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        // Addresses of before are in order.
        let first = aliases.partition_point(|(alias, _)| alias.as_str() < bare);
        let mut near =
            aliases[first..].iter().map(|(alias, _)| alias.as_str()).take_while(|alias| alias.starts_with(bare));
        by_address.contains_key(address)
            || self.sections.contains(address)
            || near.any(below)
            || self.files.iter().any(|file| file.starts_with(address.trim_start_matches('/')))
    }
}

//! Which pages' texts link to a page: what [`super::texts`] found, the other way round.

use super::PageId;

/// The pages that link to each page, one after the other: a list a page would be ten thousand small ones.
#[derive(Debug)]
pub(super) struct Backlinks {
    /// Where in `from` those of each page end; they begin where those of the page before end.
    ends: Vec<usize>,
    from: Vec<PageId>,
}

impl Backlinks {
    /// Turns round where the pages lead to, each to a page once.
    pub(super) fn of<'t>(targets: impl ExactSizeIterator<Item = &'t [PageId]> + Clone) -> Self {
        // First how many there are to each page, then where the next of it goes; at last that is where they end.
        let mut ends = vec![0; targets.len()];
        for target in targets.clone().flatten() {
            ends[target.index()] += 1;
        }
        let mut all = 0;
        for place in &mut ends {
            all += std::mem::replace(place, all);
        }
        let mut from = vec![PageId::of(0); all];
        for (page, targets) in targets.enumerate() {
            for target in targets {
                let place = &mut ends[target.index()];
                from[*place] = PageId::of(page);
                *place += 1;
            }
        }
        Self { ends, from }
    }

    /// The pages that link to `target`, in their order.
    pub(super) fn to(&self, target: PageId) -> &[PageId] {
        let start = target.index().checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.from[start..self.ends[target.index()]]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whoever_leads_to_a_page_is_found_there(links in proptest::collection::vec(proptest::collection::btree_set(0..8_usize, 0..8), 8)) {
            let targets: Vec<Vec<PageId>> = links.iter().map(|to| to.iter().copied().map(PageId::of).collect()).collect();
            let backlinks = Backlinks::of(targets.iter().map(Vec::as_slice));
            for target in (0..8).map(PageId::of) {
                let from: Vec<PageId> = (0..8).map(PageId::of).filter(|from| targets[from.index()].contains(&target)).collect();
                prop_assert_eq!(backlinks.to(target), from);
            }
        }
    }
}

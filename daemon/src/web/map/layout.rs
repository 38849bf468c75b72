//! Where each node of the tree stands: what it hangs under to the left of it, what hangs under it to the right.
//!
//! A node and all that hangs under it have a rectangle of their own, and rectangles of siblings stand one below the other,
//! so that nothing can overlap. Siblings come by site, those at the site of what they hang under first. Those under which nothing hangs stand in a grid of a few columns,
//! so that a switch with forty access points is not forty rows high. What has no links at all comes last, in a wider grid.

use super::tree::Tree;

/// Lengths, in pixels where the picture is not stretched.
pub(super) const NODE_WIDTH: u32 = 196;
pub(super) const NODE_HEIGHT: u32 = 42;
/// Between columns: room for lines and what is written on them.
pub(super) const GUTTER: u32 = 58;
/// Between rows: room for a line.
pub(super) const GAP: u32 = 14;
/// How high a heading with the room below it is.
const HEADING: u32 = 30;
const MARGIN: u32 = 14;
const STEP: u32 = NODE_WIDTH + GUTTER;
/// How far below the upper edge of what hangs under it a node stands at most, so that one sees what it belongs to.
const DEEPEST: u32 = 150;
/// A grid becomes wider when its columns would be higher than so many nodes.
const ROWS: usize = 4;
/// Grids do not go beyond this, so that four levels fit on a screen of 1280 pixels.
const RIGHT: u32 = 1240;
const MOST_COLUMNS: u32 = 4;
const LEAST_COLUMNS: u32 = 2;

/// Where everything stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Picture {
    pub(super) width: u32,
    pub(super) height: u32,
    /// In the order of the nodes.
    pub(super) places: Vec<Place>,
    pub(super) headings: Vec<Heading>,
}

/// Where a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    /// Its left edge.
    pub(super) x: u32,
    /// Its upper edge.
    pub(super) y: u32,
    /// Where the line to it passes what stands to the left of it in a grid: above the first row. Nothing outside grids
    /// and in their first column.
    pub(super) passage: Option<u32>,
}

/// What stands above a group of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heading {
    /// Its left edge.
    pub(super) x: u32,
    /// Where its letters stand.
    pub(super) y: u32,
    /// What it says.
    pub(super) about: About,
}

/// What a heading says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// Where this node stands.
    Site(usize),
    /// That no links are known.
    Unlinked,
}

/// Siblings at one site.
struct Group {
    first: usize,
    has_heading: bool,
    /// Whether they hang under something: then lines lead to them, and few of them stand one below the other.
    hangs: bool,
    leaves: Vec<usize>,
    others: Vec<usize>,
}

struct Builder<'a> {
    tree: &'a Tree,
    sites: &'a [usize],
    /// How high each node is together with all that hangs under it.
    heights: Vec<u32>,
    picture: Picture,
    /// What is still to be placed: a node and the upper left corner of its rectangle.
    left: Vec<(usize, u32, u32)>,
}

/// Places every node. `sites` says for each where it stands, as a number.
pub(super) fn layout(tree: &Tree, sites: &[usize]) -> Picture {
    let places = vec![Place::default(); sites.len()];
    let picture = Picture { places, ..Picture::default() };
    let (heights, order) = (vec![NODE_HEIGHT; sites.len()], tree.in_order());
    let mut lefts: Vec<u32> = vec![MARGIN; sites.len()];
    for node in &order {
        lefts[*node] = tree.above[*node].map_or(MARGIN, |branch| lefts[branch.node] + STEP);
    }
    let mut builder = Builder { tree, sites, heights, picture, left: Vec::new() };
    for node in order.into_iter().rev() {
        let groups = builder.groups(&tree.below[node], Some(node));
        builder.heights[node] = builder.height(&groups, lefts[node] + STEP).max(NODE_HEIGHT);
    }
    let (unlinked, linked): (Vec<usize>, Vec<usize>) = tree.roots.iter().partition(|root| tree.is_leaf(**root));
    let mut y = MARGIN;
    let groups = builder.groups(&linked, None);
    y += builder.place(&groups, MARGIN, y);
    if !unlinked.is_empty() {
        if !linked.is_empty() {
            y += 2 * GAP;
            builder.head(About::Unlinked, MARGIN, y);
            y += HEADING;
        }
        let mut unlinked = unlinked;
        unlinked.sort_unstable();
        let groups = builder.groups(&unlinked, None);
        y += builder.place(&groups, MARGIN, y);
    }
    let Builder { mut picture, .. } = builder;
    let right = picture.places.iter().map(|place| place.x + NODE_WIDTH).max().unwrap_or(0);
    (picture.width, picture.height) = (right + MARGIN, y + MARGIN);
    picture
}

/// In how many rows the leaves of a group stand in a grid whose left edge is at `x`.
fn rows(group: &Group, x: u32) -> usize {
    let most = (RIGHT.saturating_sub(x) + GUTTER) / STEP;
    let most = usize::try_from(most.clamp(LEAST_COLUMNS, MOST_COLUMNS)).unwrap_or(1);
    let count = group.leaves.len();
    let columns = if group.hangs { count.div_ceil(ROWS).clamp(1, most) } else { most };
    count.div_ceil(columns)
}

/// How high so many rows are.
fn rows_height(rows: usize) -> u32 {
    let rows = u32::try_from(rows).unwrap_or(u32::MAX);
    rows.saturating_mul(NODE_HEIGHT + GAP).saturating_sub(GAP)
}

impl Builder<'_> {
    /// Siblings by site. A site that is not that of what they hang under has a heading; the one that is comes first, so that
    /// nobody takes it for the one before.
    fn groups(&self, siblings: &[usize], above: Option<usize>) -> Vec<Group> {
        let site = |node: usize| self.sites[node];
        let parts = siblings.chunk_by(|one, other| site(*one) == site(*other));
        let group = |part: &[usize]| {
            let (leaves, others) = part.iter().partition(|node| self.tree.is_leaf(**node));
            let has_heading = above.is_none_or(|above| site(above) != site(part[0]));
            Group { first: part[0], has_heading, hangs: above.is_some(), leaves, others }
        };
        let mut groups: Vec<Group> = parts.map(group).collect();
        groups.sort_by_key(|group| group.has_heading);
        groups
    }

    fn height(&self, groups: &[Group], x: u32) -> u32 {
        let of = |group: &Group| {
            let heading = if group.has_heading { HEADING } else { 0 };
            let grid = (!group.leaves.is_empty()).then(|| rows_height(rows(group, x)));
            let blocks = grid.into_iter().chain(group.others.iter().map(|node| self.heights[*node]));
            heading + stacked(blocks)
        };
        stacked(groups.iter().map(of))
    }

    /// Places groups and all that hangs under them; says how high that is.
    fn place(&mut self, groups: &[Group], x: u32, top: u32) -> u32 {
        self.stack(groups, x, top);
        while let Some((node, x, top)) = self.left.pop() {
            let height = self.heights[node];
            self.picture.places[node] = Place { x, y: top + ((height - NODE_HEIGHT) / 2).min(DEEPEST), passage: None };
            let groups = self.groups(&self.tree.below[node], Some(node));
            self.stack(&groups, x + STEP, top);
        }
        self.height(groups, x)
    }

    /// Places the leaves of groups, and notes where what hangs under the others goes.
    fn stack(&mut self, groups: &[Group], x: u32, top: u32) {
        let mut y = top;
        for group in groups {
            if group.has_heading {
                self.head(About::Site(group.first), x, y);
                y += HEADING;
            }
            let rows = rows(group, x);
            let (mut left, mut passage) = (x, None);
            for column in group.leaves.chunks(rows.max(1)) {
                let mut below = y;
                for node in column {
                    self.picture.places[*node] = Place { x: left, y: below, passage };
                    below += NODE_HEIGHT + GAP;
                }
                left += STEP;
                passage = Some(y - GAP / 2);
            }
            if !group.leaves.is_empty() {
                y += rows_height(rows) + GAP;
            }
            for node in &group.others {
                self.left.push((*node, x, y));
                y += self.heights[*node] + GAP;
            }
        }
    }

    fn head(&mut self, about: About, x: u32, top: u32) {
        self.picture.headings.push(Heading { x, y: top + HEADING - GAP - 2, about });
    }
}

/// How high blocks are one below the other.
fn stacked(blocks: impl Iterator<Item = u32>) -> u32 {
    blocks.fold(0, |height, block| if height == 0 { block } else { height + GAP + block })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tree::Tie;
    use super::*;

    fn overlap(one: Place, other: Place) -> bool {
        one.x.abs_diff(other.x) < NODE_WIDTH && one.y.abs_diff(other.y) < NODE_HEIGHT
    }

    fn star(leaves: usize) -> Picture {
        let ties: Vec<Tie> = (1..=leaves).map(|leaf| Tie { ends: [0, leaf], is_firm: true }).collect();
        layout(&Tree::new(&vec![1; leaves + 1], &ties), &vec![0; leaves + 1])
    }

    #[test]
    fn a_switch_with_many_access_points_stays_readable() {
        assert!(star(3).width < 520);
        let many = star(40);
        assert!(many.height < 1000 && many.width <= 1240, "{} × {}", many.width, many.height);
    }

    #[test]
    fn a_chain_that_is_very_long_is_no_fault() {
        let ties: Vec<Tie> = (1..10_000).map(|node| Tie { ends: [node - 1, node], is_firm: true }).collect();
        let picture = layout(&Tree::new(&vec![1; 10_000], &ties), &vec![0; 10_000]);
        assert_eq!(picture.places.len(), 10_000);
        assert!(picture.places.windows(2).all(|pair| pair[0].x < pair[1].x && pair[0].y == pair[1].y));
    }

    #[test]
    fn nothing_is_an_empty_picture() {
        assert_eq!(layout(&Tree::new(&[], &[]), &[]).places, []);
    }

    #[test]
    fn what_stands_at_the_same_site_comes_first() {
        let ties: Vec<Tie> = (0..3).map(|leaf| Tie { ends: [3, leaf], is_firm: true }).collect();
        let picture = layout(&Tree::new(&[1; 4], &ties), &[0, 1, 2, 2]);
        let places = &picture.places;
        assert!(places[2].y < places[0].y && places[0].y < places[1].y);
        assert_eq!(picture.headings.len(), 3, "of the root and of the sites that are not its own");
    }

    proptest! {
        #[test]
        fn nothing_overlaps_and_all_stand_inside_and_right_of_what_they_hang_under(
            (count, ties, sites) in (1_usize..60).prop_flat_map(|count| (
                Just(count),
                prop::collection::vec((0..count, 0..count, any::<bool>()), 0..90),
                prop::collection::vec(0_usize..4, count),
            )),
        ) {
            let ties: Vec<Tie> = ties
                .into_iter()
                .filter(|(one, other, _)| one != other)
                .map(|(one, other, is_firm)| Tie { ends: [one, other], is_firm })
                .collect();
            let mut sites = sites;
            sites.sort_unstable();
            let tree = Tree::new(&vec![1; count], &ties);
            let mut order = tree.in_order();
            order.sort_unstable();
            prop_assert_eq!(order, (0..count).collect::<Vec<_>>(), "every node hangs somewhere, once");
            let picture = layout(&tree, &sites);
            prop_assert_eq!(&picture, &layout(&Tree::new(&vec![1; count], &ties), &sites));
            for (node, place) in picture.places.iter().enumerate() {
                prop_assert!(place.x >= MARGIN && place.x + NODE_WIDTH < picture.width);
                prop_assert!(place.y >= MARGIN && place.y + NODE_HEIGHT < picture.height);
                prop_assert!(tree.above[node].is_none_or(|above| picture.places[above.node].x < place.x));
                for other in &picture.places[..node] {
                    prop_assert!(!overlap(*place, *other), "{:?} {:?}", place, other);
                }
                for heading in &picture.headings {
                    let is_beside = heading.y <= place.y || heading.y > place.y + NODE_HEIGHT + 10;
                    let is_elsewhere = heading.x.abs_diff(place.x) >= NODE_WIDTH;
                    prop_assert!(is_beside || is_elsewhere, "{:?} {:?}", place, heading);
                }
            }
        }
    }
}

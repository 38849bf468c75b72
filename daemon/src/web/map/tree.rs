//! Which node hangs under which: a tree over links that may go in circles.
//!
//! The configuration decides where it speaks: a node hangs under its first parent. A node without parents hangs under the
//! neighbour that is nearest to the root of its network. What is left over is still a link, drawn across the tree.

use std::cmp::Reverse;
use std::collections::VecDeque;

/// A link as the tree sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tie {
    /// Between which nodes. If it is firm, the first is above the second.
    pub(super) ends: [usize; 2],
    /// Whether the configuration says which end is above.
    pub(super) is_firm: bool,
}

/// Every node once, each under at most one other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tree {
    /// What each node hangs under, and by which tie; none of roots.
    pub(super) above: Vec<Option<Branch>>,
    /// What hangs under each node, in ascending order.
    pub(super) below: Vec<Vec<usize>>,
    /// What hangs under nothing, the likeliest root of the network first.
    pub(super) roots: Vec<usize>,
}

/// How a node hangs under another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Branch {
    /// Under which.
    pub(super) node: usize,
    /// By which of the ties.
    pub(super) tie: usize,
}

impl Tree {
    /// Hangs up one node for each rank. Where nothing else decides, the lowest rank is the root, then who has most links.
    pub(super) fn new(ranks: &[u8], ties: &[Tie]) -> Self {
        let count = ranks.len();
        let mut chosen: Vec<Option<usize>> = vec![None; count];
        let mut around: Vec<Vec<Branch>> = vec![Vec::new(); count];
        for (tie, Tie { ends: [one, other], is_firm }) in ties.iter().copied().enumerate() {
            around[one].push(Branch { node: other, tie });
            around[other].push(Branch { node: one, tie });
            if is_firm {
                chosen[other].get_or_insert(tie);
            }
        }
        let mut starts: Vec<usize> = (0..count).collect();
        // Those that have a parent come last: they are started from only if their parents go in a circle.
        starts.sort_by_key(|node| (chosen[*node].is_some(), ranks[*node], Reverse(around[*node].len()), *node));
        let mut tree = Self { above: vec![None; count], below: vec![Vec::new(); count], roots: Vec::new() };
        let mut is_hung = vec![false; count];
        let mut left = VecDeque::new();
        for start in starts {
            if is_hung[start] {
                continue;
            }
            is_hung[start] = true;
            tree.roots.push(start);
            left.push_back(start);
            while let Some(near) = left.pop_front() {
                for Branch { node, tie } in &around[near] {
                    let may_hang = chosen[*node].is_none_or(|parent| parent == *tie) && !is_upwards(ties[*tie], near);
                    if may_hang && !is_hung[*node] {
                        is_hung[*node] = true;
                        tree.above[*node] = Some(Branch { node: near, tie: *tie });
                        tree.below[near].push(*node);
                        left.push_back(*node);
                    }
                }
            }
        }
        tree.below.iter_mut().for_each(|below| below.sort_unstable());
        tree
    }

    /// Whether nothing hangs under a node.
    pub(super) fn is_leaf(&self, node: usize) -> bool {
        self.below[node].is_empty()
    }

    /// Every node, each after what it hangs under, and all that hangs under it before its next sibling.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.above.len());
        let mut left: Vec<usize> = self.roots.iter().rev().copied().collect();
        while let Some(node) = left.pop() {
            order.push(node);
            left.extend(self.below[node].iter().rev());
        }
        order
    }
}

/// Whether a tie leads from `near` to what the configuration says is above it.
fn is_upwards(tie: Tie, near: usize) -> bool {
    tie.is_firm && tie.ends[1] == near
}

#[cfg(test)]
mod tests {
    use super::*;

    fn firm(upper: usize, lower: usize) -> Tie {
        Tie { ends: [upper, lower], is_firm: true }
    }

    fn loose(one: usize, other: usize) -> Tie {
        Tie { ends: [one, other], is_firm: false }
    }

    fn parents(tree: &Tree) -> Vec<Option<usize>> {
        tree.above.iter().map(|branch| branch.map(|branch| branch.node)).collect()
    }

    #[test]
    fn the_configuration_decides_before_neighbours_do() {
        let tree = Tree::new(&[1; 4], &[firm(0, 1), firm(1, 2), firm(0, 2), loose(2, 3), loose(1, 2)]);
        assert_eq!(parents(&tree), [None, Some(0), Some(1), Some(2)]);
        assert_eq!(tree.roots, [0]);
    }

    #[test]
    fn a_circle_of_neighbours_hangs_under_the_best_root() {
        let tree = Tree::new(&[1, 1, 0, 1], &[loose(0, 1), loose(1, 2), loose(2, 3), loose(3, 0)]);
        assert_eq!(parents(&tree), [Some(1), Some(2), None, Some(2)]);
        assert_eq!(Tree::new(&[1; 3], &[loose(2, 0), loose(2, 1)]).roots, [2], "who has most links");
    }

    #[test]
    fn a_circle_of_parents_is_cut_somewhere() {
        let tree = Tree::new(&[1; 3], &[firm(0, 1), firm(1, 2), firm(2, 0)]);
        assert_eq!(parents(&tree), [None, Some(0), Some(1)]);
    }

    #[test]
    fn everything_under_a_node_comes_before_its_sibling() {
        let tree = Tree::new(&[1; 5], &[firm(0, 1), firm(0, 2), firm(1, 3)]);
        assert_eq!(tree.in_order(), [0, 1, 3, 2, 4]);
    }
}

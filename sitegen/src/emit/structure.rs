//! The structure of the institution as a drawing: each unit in a line, below the unit that it is part of.

use std::fmt::Write as _;

use crate::content::{Kind, Type};
use crate::site::{PageId, Site};

/// Pixels from one line to the next, and from a unit to the units that are part of it.
const LINE: usize = 44;
const STEP: usize = 28;
/// Pixels that a letter takes, at most, in the fonts of today's systems.
const LETTER: usize = 9;
/// How high a box is, and the room beside its text.
const BOX: usize = 32;
const MARGIN: usize = 10;

/// The drawing (SVG 2) of the units below and including `roots`; none when there are fewer than two. The relation of units is
/// checked to be a tree, and deeper ones than anybody draws are cut.
#[must_use]
pub fn drawing(site: &Site, roots: &[PageId]) -> Option<String> {
    let mut lines: Vec<(PageId, usize, Option<usize>)> = Vec::new();
    for root in roots {
        add(site, *root, 0, None, &mut lines);
    }
    if lines.len() < 2 {
        return None;
    }
    let title = |id: PageId| site.page(id).front.title.as_str();
    let wide = |id: PageId| title(id).chars().count() * LETTER + 2 * MARGIN;
    let width = lines.iter().map(|(id, depth, _)| depth * STEP + wide(*id)).max().unwrap_or_default() + 2;
    let height = lines.len() * LINE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-1 -1 {width} {height}\" width=\"{width}\" height=\"{height}\">"
    );
    for (row, (id, depth, parent)) in lines.iter().enumerate() {
        let (x, y) = (depth * STEP, row * LINE);
        // Writing to a string cannot fail.
        if let Some(parent) = parent {
            let (from, down, middle) = (x - STEP / 2, parent * LINE + BOX, y + BOX / 2);
            let _ = write!(svg, "<path d=\"M{from} {down}V{middle}H{x}\"/>");
        }
        let _ = write!(
            svg,
            "<a href=\"{}\"><rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{BOX}\" rx=\"4\"/>",
            site.node(*id).address,
            wide(*id)
        );
        let _ = write!(svg, "<text x=\"{}\" y=\"{}\">", x + MARGIN, y + BOX * 2 / 3);
        let _ = pulldown_cmark_escape::escape_html(&mut svg, title(*id));
        svg.push_str("</text></a>");
    }
    svg.push_str("</svg>");
    Some(svg)
}

/// Units that are part of no other among `pages`.
#[must_use]
pub fn roots(site: &Site, pages: &[PageId]) -> Vec<PageId> {
    let is_root = |id: &&PageId| match &site.page(**id).front.kind {
        Kind::Unit(unit) => unit.parent.is_none(),
        _ => false,
    };
    pages.iter().filter(is_root).copied().collect()
}

fn add(site: &Site, id: PageId, depth: usize, parent: Option<usize>, lines: &mut Vec<(PageId, usize, Option<usize>)>) {
    /// A circle is a mistake that is told elsewhere.
    const DEEPEST: usize = 12;
    if depth > DEEPEST {
        return;
    }
    let row = lines.len();
    lines.push((id, depth, parent));
    let mut parts: Vec<PageId> = site
        .node(id)
        .named_by
        .iter()
        .filter(|(key, part)| *key == "parent" && site.page(*part).front.kind.type_() == Type::Unit)
        .map(|(_, part)| *part)
        .collect();
    parts.sort_by_key(|part| (site.page(*part).front.menu.unwrap_or(i64::MAX), *part));
    for part in parts {
        add(site, part, depth + 1, Some(row), lines);
    }
}

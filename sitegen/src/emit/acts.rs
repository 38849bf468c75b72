//! All acts as a table, for whoever wants to count or compare them.

use serde::Serialize;

use crate::content::{Act, Kind};
use crate::outputs::TableFormat;
use crate::site::{EditionText, PageId, Site};

/// One act, with every act that it is related to by its number.
#[derive(Debug, Serialize)]
struct Row<'s> {
    form: &'static str,
    number: &'s str,
    title: &'s str,
    adopted: Option<jiff::civil::Date>,
    in_force_from: Option<jiff::civil::Date>,
    in_force_to: Option<jiff::civil::Date>,
    register_identifier: &'s str,
    signatory: String,
    amends: String,
    repeals: String,
    implements: String,
    amended_by: String,
    repealed_by: String,
    /// Where the text that holds today is, when it is a consolidated one.
    consolidated: String,
    url: String,
}

/// The names of the columns.
const COLUMNS: &str = "form,number,title,adopted,in_force_from,in_force_to,register_identifier,signatory,amends,repeals,\
implements,amended_by,repealed_by,consolidated,url";

/// All acts of the site's own language, the newest first.
#[must_use]
pub fn write(site: &Site, format: TableFormat) -> String {
    let newest = site.newest(crate::content::Type::Act, site.settings.language, usize::MAX);
    let rows = newest.into_iter().filter_map(|id| match &site.page(id).front.kind {
        Kind::Act(act) => Some(Row::of(site, id, act)),
        _ => None,
    });
    match format {
        TableFormat::Json => {
            let rows: Vec<Row<'_>> = rows.collect();
            // Nothing in a row cannot be written as JSON.
            serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n"
        }
        TableFormat::Csv => {
            let mut text = format!("{COLUMNS}\r\n");
            for row in rows {
                text.push_str(&row.cells().map(|cell| quoted(&cell)).join(","));
                text.push_str("\r\n");
            }
            text
        }
    }
}

impl<'s> Row<'s> {
    fn of(site: &'s Site, id: PageId, act: &'s Act) -> Self {
        let node = site.node(id);
        let numbers = |relations: &[(&'static str, PageId)], key: &str| {
            let related = relations.iter().filter(|(of, _)| *of == key).map(|(_, id)| number(site, *id));
            related.collect::<Vec<_>>().join("; ")
        };
        Self {
            form: act.form.word(),
            number: act.number.as_deref().unwrap_or_default(),
            title: &node.page.front.title,
            adopted: act.adopted,
            in_force_from: act.in_force_from,
            in_force_to: act.in_force_to,
            register_identifier: act.register_identifier.as_deref().unwrap_or_default(),
            signatory: numbers(&node.relations, "signatory"),
            amends: numbers(&node.relations, "amends"),
            repeals: numbers(&node.relations, "repeals"),
            implements: numbers(&node.relations, "implements"),
            amended_by: numbers(&node.named_by, "amends"),
            repealed_by: numbers(&node.named_by, "repeals"),
            consolidated: consolidated(site, id, act).unwrap_or_default(),
            url: format!("{}{}", site.settings.base_url, node.address),
        }
    }

    fn cells(&self) -> [String; 15] {
        let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |day| day.to_string());
        [
            self.form.to_owned(),
            self.number.to_owned(),
            self.title.to_owned(),
            day(self.adopted),
            day(self.in_force_from),
            day(self.in_force_to),
            self.register_identifier.to_owned(),
            self.signatory.clone(),
            self.amends.clone(),
            self.repeals.clone(),
            self.implements.clone(),
            self.amended_by.clone(),
            self.repealed_by.clone(),
            self.consolidated.clone(),
            self.url.clone(),
        ]
    }
}

/// Where the text that holds at the time of the site is, when it is a consolidated one.
fn consolidated(site: &Site, id: PageId, act: &Act) -> Option<String> {
    let edition = site.editions(id).into_iter().find(|edition| edition.is_of(site.now.date()))?;
    let EditionText::Consolidated(place) = edition.text else { return None };
    let document = site.document(id, &act.consolidated.get(place)?.text.file)?;
    Some(format!("{}{}", site.settings.base_url, document.address))
}

/// The number of an act, or the name of anybody else.
fn number(site: &Site, id: PageId) -> &str {
    let front = &site.page(id).front;
    match &front.kind {
        Kind::Act(act) => act.number.as_deref().unwrap_or(&front.title),
        _ => &front.title,
    }
}

/// A cell (RFC 4180, 2). What a spreadsheet would take for a formula begins with an apostrophe.
fn quoted(cell: &str) -> String {
    let guarded = if cell.starts_with(['=', '+', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() };
    match guarded.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_when_they_must_be_and_are_never_formulas() {
        assert_eq!(quoted("Dėl biudžeto"), "Dėl biudžeto");
        assert_eq!(quoted("Dėl „A“, B"), "\"Dėl „A“, B\"");
        assert_eq!(quoted("a \"b\""), "\"a \"\"b\"\"\"");
        assert_eq!(quoted("=HYPERLINK(1)"), "'=HYPERLINK(1)");
    }
}

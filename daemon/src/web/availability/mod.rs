//! The page about a month: for how much of it each device, each site and each group did what was asked of it; the same
//! figures for programs in [`csv`]. What the figures mean stands in [`crate::availability`].

pub(super) mod csv;
mod query;
mod round_trips;

use std::sync::PoisonError;

use jiff::{SignedDuration, Timestamp};
use messages::Message;
use serde::Serialize;

use super::Inner;
use super::reader::{Reader, When};
use crate::availability::{Month, Period, Record, RoundTrips, Row, Subject, Summary, Table};
use crate::config::CheckId;

pub(super) use query::{Choices, Fields, Wanted};
pub(super) use round_trips::Counted;

/// The page about a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AvailabilityPage {
    /// The month in words.
    pub month: String,
    /// Its first moment.
    pub from: When,
    /// The first moment after it, or now.
    pub to: When,
    /// The months that can be chosen, the newest first.
    pub months: Vec<Choice>,
    /// The places that can be chosen.
    pub sites: Vec<Choice>,
    /// The groups that can be chosen.
    pub groups: Vec<Choice>,
    /// The language to be kept, if one was chosen.
    pub language: Option<&'static str>,
    /// The address of the same figures for programs.
    pub csv: String,
    /// The figures; none if the journal cannot be read.
    pub figures: Option<Figures>,
}

/// Something that can be chosen in the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// As in the address.
    pub value: String,
    /// As people read it.
    pub title: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// The figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// All devices together and by site, and then by group.
    pub summaries: Vec<Summaries>,
    /// One by one.
    pub devices: Vec<DeviceFigures>,
    /// Of how many devices the round trips are still being counted, in a sentence.
    pub pending: Option<String>,
}

/// What is summed up by one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summaries {
    /// What stands above it: sites, groups.
    pub heading: String,
    /// What each row is about: a site, a group.
    pub column: String,
    /// The rows.
    pub rows: Vec<SummaryRow>,
}

/// Several devices together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SummaryRow {
    /// What they have in common.
    pub title: String,
    /// How many they are.
    pub devices: usize,
    /// What they have in common with a row of one device.
    #[serde(flatten)]
    pub time: TimeFigures,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceFigures {
    /// Its name, which stands in the address of its page.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Where it stands.
    pub site: Option<String>,
    /// How its time was spent.
    #[serde(flatten)]
    pub time: TimeFigures,
    /// How long it took to answer: half, 95 % and 99 % of the times at most so long.
    pub round_trips: Option<[String; 3]>,
}

/// How time was spent; what is nothing is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimeFigures {
    /// In percent; none if no time counts.
    pub availability: Option<String>,
    /// How many outages there were.
    pub outages: usize,
    /// How long it was not there.
    pub lost: Option<String>,
    /// The longest outage.
    pub longest: Option<String>,
    /// How long it was being worked on.
    pub maintenance: Option<String>,
    /// How long nothing was known.
    pub unknown: Option<String>,
}

/// No more months than these can be chosen in the form; others can by their address.
const MOST_MONTHS: usize = 60;

impl Inner {
    /// The devices that are meant.
    ///
    /// # Errors
    /// There is no such month, place or group.
    pub(super) fn wanted(&self, fields: Fields, now: Timestamp) -> Result<(Wanted, Choices), Message> {
        let wanted = Wanted::new(fields, Month::of(now, &self.zone))?;
        let choices = wanted.choose(&self.live.read())?;
        Ok((wanted, choices))
    }

    /// The figures of devices in a period of `month`; none if the journal cannot be read.
    pub(super) fn availability(&self, devices: Vec<Subject>, month: Month, period: Period) -> Option<Table> {
        let checks: Vec<&CheckId> = devices.iter().flat_map(|device| &device.face).collect();
        let journal = self.journal.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = journal.turns(&checks, period.from, period.to);
        drop(journal);
        let turns = turns.inspect_err(|error| tracing::error!(%error, "availability cannot be shown")).ok()?;
        let mut turns = &turns[..];
        let row = |device: Subject| {
            let (of_face, rest) = turns.split_at(device.face.len().min(turns.len()));
            turns = rest;
            let record = Record::new(of_face.iter().map(Vec::as_slice), period);
            let round_trips = self.counted.of(&device, month);
            Row { device, record, round_trips }
        };
        Some(Table::new(devices.into_iter().map(row).collect()))
    }

    /// The month in which something was written down first.
    pub(super) fn first_month(&self) -> Option<Month> {
        let journal = self.journal.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let first = journal.first_change().ok()??;
        Some(Month::of(first, &self.zone))
    }
}

impl AvailabilityPage {
    /// The figures of `table`, with all that can be asked instead, from the month `first` on.
    #[must_use]
    pub(super) fn new(
        reader: &Reader,
        (wanted, choices): (&Wanted, &Choices),
        period: Period,
        first: Option<Month>,
        table: Option<&Table>,
    ) -> Self {
        Self {
            month: month_in_words(reader, wanted.month),
            from: reader.when(period.from),
            to: reader.when(period.to),
            months: months(reader, wanted.month, first),
            sites: names(&choices.sites, wanted.site.as_deref()),
            groups: names(&choices.groups, wanted.group.as_deref()),
            language: None,
            csv: wanted.address("/availability.csv"),
            figures: table.map(|table| Figures::new(reader, table)),
        }
    }
}

/// From this month back to the first of which something is known; the chosen one is always among them.
fn months(reader: &Reader, chosen: Month, first: Option<Month>) -> Vec<Choice> {
    let this = Month::of(reader.now, &reader.zone);
    let first = first.unwrap_or(this).min(this);
    let mut months = Vec::new();
    let mut month = this;
    while month >= first && months.len() < MOST_MONTHS {
        months.push(month);
        month = month.previous();
    }
    if !months.contains(&chosen) {
        months.push(chosen);
    }
    let choice = |month: Month| Choice {
        value: month.to_string(),
        title: month_in_words(reader, month),
        is_chosen: month == chosen,
    };
    months.into_iter().map(choice).collect()
}

fn month_in_words(reader: &Reader, month: Month) -> String {
    let (year, number) = month.year_and_number();
    let message = Message::new("web-month").with("year", year.to_string()).with("month", f64::from(number));
    reader.say(&message)
}

fn names(names: &[String], chosen: Option<&str>) -> Vec<Choice> {
    let choice =
        |name: &String| Choice { value: name.clone(), title: name.clone(), is_chosen: chosen == Some(name.as_str()) };
    names.iter().map(choice).collect()
}

impl Figures {
    fn new(reader: &Reader, table: &Table) -> Self {
        let row = |title: String, summary: &Summary| SummaryRow {
            title,
            devices: summary.devices,
            time: TimeFigures::of_several(reader, summary),
        };
        let mut sites = vec![row(reader.text("web-all-chosen"), &table.all)];
        // One place alone is all there is.
        if table.sites.len() > 1 {
            let title = |site: &Option<String>| site.clone().unwrap_or_else(|| reader.text("web-without-site"));
            sites.extend(table.sites.iter().map(|(site, summary)| row(title(site), summary)));
        }
        let groups: Vec<_> = table.groups.iter().map(|(group, summary)| row(group.clone(), summary)).collect();
        let by = |heading, column, rows| Summaries { heading: reader.text(heading), column: reader.text(column), rows };
        let mut summaries = vec![by("web-sites", "web-place", sites)];
        if !groups.is_empty() {
            summaries.push(by("web-groups", "web-group", groups));
        }
        let pending = table.rows.iter().filter(|row| row.round_trips == RoundTrips::Pending).count();
        let pending = u64::try_from(pending).unwrap_or(u64::MAX);
        let say = |pending| reader.say(&Message::new("web-round-trips-pending").with("count", pending));
        Self {
            summaries,
            devices: table.rows.iter().map(|row| DeviceFigures::new(reader, row)).collect(),
            pending: (pending > 0).then(|| say(pending)),
        }
    }
}

impl DeviceFigures {
    fn new(reader: &Reader, row: &Row) -> Self {
        let record = &row.record;
        let round_trips = match row.round_trips {
            RoundTrips::Counted(counted) => {
                Some([counted.p50, counted.p95, counted.p99].map(|time| reader.seconds(time)))
            }
            RoundTrips::None | RoundTrips::Pending => None,
        };
        Self {
            name: row.device.name.to_string(),
            title: row.device.title.clone(),
            site: row.device.site.clone(),
            time: TimeFigures::new(
                reader,
                record.parts.availability(),
                record.outages.len(),
                record.longest(),
                [record.parts.lost(), record.parts.maintenance, record.parts.unknown],
            ),
            round_trips,
        }
    }
}

impl TimeFigures {
    fn of_several(reader: &Reader, summary: &Summary) -> Self {
        let parts = &summary.parts;
        let lengths = [parts.lost(), parts.maintenance, parts.unknown];
        Self::new(reader, summary.availability, summary.outages, summary.longest, lengths)
    }

    fn new(
        reader: &Reader,
        availability: Option<f64>,
        outages: usize,
        longest: Option<SignedDuration>,
        lengths: [SignedDuration; 3],
    ) -> Self {
        let [lost, maintenance, unknown] = lengths.map(|length| (!length.is_zero()).then(|| reader.duration(length)));
        Self {
            availability: availability.map(|share| reader.exact_percent(share)),
            outages,
            lost,
            longest: longest.map(|longest| reader.duration(longest)),
            maintenance,
            unknown,
        }
    }
}

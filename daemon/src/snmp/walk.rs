//! Walks columns side by side with GETBULK, as each agent bears it.
//!
//! Real agents break every rule: they stop answering when asked for much at once, answer out of order, in circles, or
//! with values of a neighbouring table. [`Manners`] is what has been learnt about one agent; [`Walk`] decides, without
//! any input or output, what to ask next and what to make of an answer.

use std::time::Duration;

use async_snmp::{Client, Error, ErrorStatus, Oid, UdpHandle, Value, VarBind};

use super::failure::failure;
use super::raw::{Column, Raw, Suffix, dotted};
use crate::probe::Failure;

/// More rows than any table of a device that we are interested in; an agent that sends more is not made to be believed.
const MOST_ROWS: usize = 65_536;

/// Columns in one request.
const MOST_COLUMNS: usize = 24;

/// How an agent wants to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Manners {
    /// A step of [`STEPS`].
    step: usize,
    /// How many rows it has given at once. Silence about more is not waited out: it may be all that it has to say to so
    /// large a question.
    proven: u32,
}

/// From what is fastest to what every agent bears: whether GETBULK is used, and how many values one answer may have.
/// About sixty fit into a packet of 1,500 octets.
const STEPS: [(bool, usize); 7] = [(true, 60), (true, 20), (true, 6), (true, 1), (false, 10), (false, 3), (false, 1)];

impl Manners {
    /// How an agent is asked of which nothing is known.
    pub(super) const NEW: Self = Self { step: 0, proven: 0 };
    /// SNMPv1 has no GETBULK.
    pub(super) const WITHOUT_BULK: Self = Self { step: WITHOUT_BULK, proven: 0 };

    /// Asks for less at once from now on; says whether that was possible.
    fn shrink(&mut self) -> bool {
        let possible = self.can_shrink();
        self.step += usize::from(possible);
        possible
    }

    const fn can_shrink(self) -> bool {
        self.step + 1 < STEPS.len()
    }

    /// Tries a little more again: what made the agent silent may have been the network.
    pub(super) fn grow(&mut self) {
        let least = if self.step >= WITHOUT_BULK { WITHOUT_BULK } else { 0 };
        self.step = self.step.saturating_sub(1).max(least);
    }
}

/// The first of the steps without GETBULK.
const WITHOUT_BULK: usize = 4;

/// An agent that has answered one question in this time answers a larger one in so many times that, if at all.
const HASTE: u32 = 10;
/// But nobody is rushed more than this.
const LEAST_HASTE: Duration = Duration::from_secs(1);

/// Columns of one table while they are being walked.
struct Walk<'c> {
    columns: &'c [Box<[u32]>],
    found: Vec<Column>,
    next: Vec<Oid>,
    is_done: Vec<bool>,
    /// What was strange.
    oddities: Vec<String>,
}

/// What a walk has brought.
pub(super) struct Walked {
    /// In the order in which the columns were asked for.
    pub(super) columns: Vec<Column>,
    /// What was strange, in words; what was not understood is left out of the columns.
    pub(super) oddities: Vec<String>,
}

/// Walks the columns from start to end. `round_trip` is how long the agent takes to answer a small question.
///
/// # Errors
/// The agent does not answer, or not in a way that can be used, even when it is asked for little.
pub(super) async fn walk(
    client: &Client<UdpHandle>,
    columns: &[Box<[u32]>],
    manners: &mut Manners,
    round_trip: Duration,
    timeout: Duration,
) -> Result<Walked, Failure> {
    let haste = (round_trip * HASTE).max(LEAST_HASTE);
    let mut walk = Walk::new(columns);
    loop {
        let (bulk, values) = STEPS[manners.step];
        let active = walk.active(values.min(MOST_COLUMNS));
        if active.is_empty() {
            return Ok(Walked { columns: walk.found, oddities: walk.oddities });
        }
        let oids: Vec<Oid> = active.iter().map(|column| walk.next[*column].clone()).collect();
        let rows = if bulk { u32::try_from(values / oids.len()).unwrap_or(1) } else { 1 };
        let asking = async {
            if bulk {
                client.get_bulk(&oids, 0, rows).await
            } else {
                client.get_next_many(&oids).await.map(|answer| answer.varbinds)
            }
        };
        let answer = if rows <= manners.proven || !manners.can_shrink() {
            asking.await
        } else {
            let Ok(answer) = tokio::time::timeout(haste, asking).await else {
                manners.shrink();
                continue;
            };
            answer
        };
        if answer.is_ok() {
            manners.proven = manners.proven.max(rows);
        }
        match answer {
            // Nothing at all in place of as much as fits is how some agents say tooBig.
            Ok(values) if values.is_empty() && manners.shrink() => {}
            Ok(values) => walk.take_in(&active, &values),
            Err(error) => match error.exchange_source() {
                // net-snmp says genErr of nothing in particular when what it has put together does not fit.
                Error::Snmp { status: ErrorStatus::GenErr, index: 0, .. } if manners.shrink() => {}
                Error::Snmp { status: ErrorStatus::NoSuchName | ErrorStatus::GenErr, index, .. } => {
                    // SNMPv1 says so at the end of what it has; others when a value cannot be had.
                    walk.give_up(&active, *index);
                }
                Error::Snmp { status: ErrorStatus::TooBig, .. } | Error::Timeout { .. } if manners.shrink() => {}
                other => return Err(failure(other, timeout)),
            },
        }
    }
}

impl<'c> Walk<'c> {
    fn new(columns: &'c [Box<[u32]>]) -> Self {
        Self {
            columns,
            found: vec![Column::default(); columns.len()],
            next: columns.iter().map(|column| Oid::from_slice(column)).collect(),
            is_done: vec![false; columns.len()],
            oddities: Vec::new(),
        }
    }

    /// The columns to ask for next, at most so many.
    fn active(&self, most: usize) -> Vec<usize> {
        (0..self.columns.len()).filter(|column| !self.is_done[*column]).take(most.max(1)).collect()
    }

    /// Takes in an answer to the question about the columns `active`: row by row, a value for each of them.
    fn take_in(&mut self, active: &[usize], values: &[VarBind]) {
        if values.is_empty() {
            self.give_up(active, 0);
        }
        for (place, VarBind { oid, value, .. }) in values.iter().enumerate() {
            let column = active[place % active.len()];
            if !self.is_done[column] {
                self.take_in_value(column, oid, value);
            }
        }
    }

    fn take_in_value(&mut self, column: usize, oid: &Oid, value: &Value) {
        let Some(suffix) = oid.arcs().strip_prefix(self.columns[column].as_ref()).filter(|suffix| !suffix.is_empty())
        else {
            self.is_done[column] = true;
            return;
        };
        if value.is_exception() {
            self.is_done[column] = true;
            return;
        }
        // Out of order is only strange; in circles would never end.
        if *oid == self.next[column] || self.found[column].get(suffix).is_some() {
            self.end_oddly(column, "goes in circles");
            return;
        }
        if self.found[column].len() >= MOST_ROWS {
            self.end_oddly(column, "has no end");
            return;
        }
        self.next[column] = oid.clone();
        // What nobody can read is kept as nothing, so that a circle is noticed there too.
        let raw = Raw::new(value).unwrap_or_else(|| Raw::Octets(Box::default()));
        self.found[column].insert(Suffix::from_slice(suffix), raw);
    }

    fn end_oddly(&mut self, column: usize, how: &str) {
        self.oddities.push(format!("{} {how}", dotted(&self.columns[column])));
        self.is_done[column] = true;
    }

    /// The agent refuses the value at `index` of the question, counted from 1; 0 or nonsense: all of it.
    fn give_up(&mut self, active: &[usize], index: u32) {
        let refused =
            usize::try_from(index).ok().and_then(|index| index.checked_sub(1)).and_then(|place| active.get(place));
        match refused {
            Some(column) => self.is_done[*column] = true,
            None => active.iter().for_each(|column| self.is_done[*column] = true),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn columns() -> Vec<Box<[u32]>> {
        vec![[1, 3, 1].into(), [1, 3, 2].into()]
    }

    fn value(arcs: &[u32], number: i32) -> VarBind {
        VarBind::new(Oid::from_slice(arcs), Value::Integer(number))
    }

    fn suffixes(column: &Column) -> Vec<Vec<u32>> {
        column.rows().map(|(suffix, _)| suffix.to_vec()).collect()
    }

    #[test]
    fn rows_side_by_side_go_to_their_columns_until_each_ends() {
        let columns = columns();
        let mut walk = Walk::new(&columns);
        let answer =
            [value(&[1, 3, 1, 1], 1), value(&[1, 3, 2, 1], 2), value(&[1, 3, 1, 2], 3), value(&[1, 3, 3, 1], 4)];
        walk.take_in(&[0, 1], &answer);
        assert_eq!(walk.active(9), [0]);
        walk.take_in(&[0], &[value(&[1, 3, 2, 1], 2)]);
        assert_eq!(walk.active(9), [0_usize; 0]);
        assert_eq!(suffixes(&walk.found[0]), [[1], [2]]);
        assert_eq!(suffixes(&walk.found[1]), [[1]]);
        assert_eq!(walk.oddities, Vec::<String>::new());
    }

    #[test]
    fn out_of_order_is_taken_and_a_circle_is_left() {
        let columns = columns();
        let mut walk = Walk::new(&columns[..1]);
        walk.take_in(&[0], &[value(&[1, 3, 1, 5], 1), value(&[1, 3, 1, 2], 2), value(&[1, 3, 1, 9], 3)]);
        assert_eq!(suffixes(&walk.found[0]), [[2], [5], [9]]);
        walk.take_in(&[0], &[value(&[1, 3, 1, 2], 4)]);
        assert_eq!(walk.active(9), [0_usize; 0]);
        assert_eq!(walk.oddities, ["1.3.1 goes in circles"]);
    }

    #[test]
    fn an_agent_that_repeats_the_question_is_left() {
        let columns = columns();
        let mut walk = Walk::new(&columns[..1]);
        walk.take_in(&[0], &[value(&[1, 3, 1], 1)]);
        assert_eq!(walk.active(9), [0_usize; 0]);
    }

    #[test]
    fn refused_values_end_their_column_only() {
        let columns = columns();
        let mut walk = Walk::new(&columns);
        walk.give_up(&[0, 1], 2);
        assert_eq!(walk.active(9), [0]);
        walk.give_up(&[0], 7);
        assert_eq!(walk.active(9), [0_usize; 0]);
    }

    #[test]
    fn less_and_less_is_asked_for_until_nothing_is_left_to_try() {
        let mut manners = Manners::NEW;
        let mut tried = Vec::new();
        while manners.shrink() {
            tried.push(STEPS[manners.step]);
        }
        assert_eq!(tried, STEPS[1..]);
        for _ in 0..9 {
            manners.grow();
        }
        assert_eq!(manners, Manners::WITHOUT_BULK);
    }

    proptest! {
        #[test]
        fn whatever_an_agent_answers_a_walk_makes_progress_or_ends(
            answers in proptest::collection::vec(proptest::collection::vec((0_u32..4, 0_u32..4, 0_i32..3), 0..6), 1..40),
        ) {
            let columns = columns();
            let mut walk = Walk::new(&columns);
            for answer in &answers {
                let active = walk.active(9);
                if active.is_empty() {
                    break;
                }
                let before: (usize, usize) = (walk.found.iter().map(Column::len).sum(), walk.is_done.iter().filter(|done| **done).count());
                let values: Vec<VarBind> = answer.iter().map(|(column, row, number)| value(&[1, 3, *column, *row], *number)).collect();
                walk.take_in(&active, &values);
                let after: (usize, usize) = (walk.found.iter().map(Column::len).sum(), walk.is_done.iter().filter(|done| **done).count());
                prop_assert!(after > before || after.1 > before.1, "{before:?} {after:?}");
            }
        }
    }
}

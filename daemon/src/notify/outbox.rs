//! Delivers letters, one at a time through each channel, again and again until each is taken or refused for good.
//!
//! The letters themselves, and how each attempt ended, are in the journal; this is only who carries them. A channel that does not
//! work now is tried again after half a minute, then after ever longer, at most half an hour; the letters behind the first wait with
//! it. A letter is delivered at least once: if we die between its delivery and writing that down, it is delivered again with the same id.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{NotDelivered, Planned, deliver};
use crate::config::{Channel, ChannelName, Config};
use crate::recorder::Report;

/// How an attempt to deliver a letter ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Delivery {
    /// The other side has it.
    Delivered {
        /// What it said.
        answer: String,
    },
    /// Not now; it is tried again.
    Delayed {
        /// What is in the way.
        answer: String,
        /// When.
        next: Timestamp,
    },
    /// Never.
    Refused {
        /// What the other side said.
        answer: String,
    },
}

/// What became of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Through which channel.
    pub channel: ChannelName,
    /// Which letter.
    pub letter: String,
    /// When it ended.
    pub at: Timestamp,
    /// How.
    pub delivery: Delivery,
}

/// The letters that wait for one channel.
#[derive(Debug, Default)]
struct Queue {
    letters: VecDeque<Planned>,
    /// How often the first one was tried.
    attempts: u32,
    /// When it is tried again.
    next: Option<Instant>,
    is_under_way: bool,
}

const SHORTEST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_mins(30);

impl Delivery {
    /// Whether the letter waits no longer.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Delayed { .. })
    }
}

/// How long after so many attempts the next is made.
fn pause(attempts: u32) -> Duration {
    SHORTEST_PAUSE.saturating_mul(1 << attempts.saturating_sub(1).min(6)).min(LONGEST_PAUSE)
}

/// Carries `waiting` and whatever comes after until told to stop. A new configuration is a reason to try everything at once.
pub async fn carry(
    waiting: Vec<Planned>,
    mut letters: mpsc::UnboundedReceiver<Planned>,
    mut config: watch::Receiver<Arc<Config>>,
    reports: mpsc::Sender<Report>,
    stop: CancellationToken,
) {
    let mut queues: HashMap<ChannelName, Queue> = HashMap::new();
    for planned in waiting {
        queues.entry(planned.channel.clone()).or_default().letters.push_back(planned);
    }
    let mut under_way = JoinSet::new();
    loop {
        let next = begin(&mut queues, &config.borrow_and_update().channels, &mut under_way);
        tokio::select! {
            () = stop.cancelled() => return,
            Some(planned) = letters.recv() => {
                queues.entry(planned.channel.clone()).or_default().letters.push_back(planned);
            }
            Some(ended) = under_way.join_next(), if !under_way.is_empty() => {
                let Ok((channel, outcome)) = ended else { continue };
                let Some(attempt) = queues.get_mut(&channel).and_then(|queue| queue.end(channel, outcome)) else { continue };
                if reports.send(Report::Delivered(attempt)).await.is_err() {
                    return;
                }
            }
            Ok(()) = config.changed() => {
                queues.values_mut().for_each(|queue| queue.next = None);
            }
            () = sleep_until(next) => {}
        }
    }
}

/// Begins what can be begun now, and says when something else can.
fn begin(
    queues: &mut HashMap<ChannelName, Queue>,
    channels: &[Arc<Channel>],
    under_way: &mut JoinSet<(ChannelName, Result<super::Receipt, NotDelivered>)>,
) -> Option<Instant> {
    let now = Instant::now();
    for (name, queue) in queues.iter_mut() {
        let is_time = queue.next.is_none_or(|next| next <= now);
        // What is for a channel that is no longer configured waits for it to come back.
        let channel = channels.iter().find(|channel| channel.name == *name);
        if let (Some(planned), Some(channel), false, true) =
            (queue.letters.front().cloned(), channel, queue.is_under_way, is_time)
        {
            queue.is_under_way = true;
            let channel = Arc::clone(channel);
            under_way.spawn(async move {
                let outcome = deliver(&channel, &planned.letter, Timestamp::now()).await;
                (channel.name.clone(), outcome)
            });
        }
    }
    let is_waiting = |(name, queue): &(&ChannelName, &Queue)| {
        !queue.is_under_way && !queue.letters.is_empty() && channels.iter().any(|channel| channel.name == **name)
    };
    queues.iter().filter(is_waiting).filter_map(|(_, queue)| queue.next).min()
}

async fn sleep_until(next: Option<Instant>) {
    match next {
        Some(next) => tokio::time::sleep_until(next).await,
        None => std::future::pending().await,
    }
}

impl Queue {
    /// An attempt has ended.
    fn end(&mut self, channel: ChannelName, outcome: Result<super::Receipt, NotDelivered>) -> Option<Attempt> {
        self.is_under_way = false;
        self.attempts += 1;
        let at = Timestamp::now();
        let delivery = match outcome {
            Ok(receipt) => Delivery::Delivered { answer: receipt.answer },
            Err(NotDelivered::Permanent { answer }) => Delivery::Refused { answer },
            Err(NotDelivered::Temporary { answer }) => {
                let pause = pause(self.attempts);
                self.next = Some(Instant::now() + pause);
                Delivery::Delayed { answer, next: at.saturating_add(pause).unwrap_or(at) }
            }
        };
        let letter = self.letters.front()?.letter.id.clone();
        if delivery.is_final() {
            self.letters.pop_front();
            (self.attempts, self.next) = (0, None);
        }
        Some(Attempt { channel, letter, at, delivery })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_become_longer_up_to_half_an_hour() {
        let pauses: Vec<u64> = (1..10).map(|attempts| pause(attempts).as_secs()).collect();
        assert_eq!(pauses, [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]);
    }
}

//! One file a kind of channel, all of the same shape: what is configured and a letter go in, what the other side says comes
//! out. Each hands a letter over once; when it is tried again is decided elsewhere.

mod alertmanager;
mod command;
mod mail;
mod post;
mod webhook;

use jiff::Timestamp;

pub(super) use post::{Parcel, post};

use super::{LONGEST_DELIVERY, Letter, NotDelivered, Receipt};
use crate::config::{Channel, ChannelKind};
use crate::probe::Failure;

/// Hands a letter over, in no more than [`LONGEST_DELIVERY`].
///
/// A letter that is handed over again after its receipt got lost is the same letter for those who look at its id: mail
/// programs, Matrix, Alertmanager, and whoever reads the `X-Idempotency-Key` of a webhook.
///
/// # Errors
/// It was not taken; whether another try makes sense is said with it.
pub async fn deliver(channel: &Channel, letter: &Letter, now: Timestamp) -> Result<Receipt, NotDelivered> {
    let delivery = async {
        match &channel.kind {
            ChannelKind::Mail(route) => mail::deliver(route, letter).await,
            ChannelKind::Webhook(webhook) => webhook::deliver(webhook, letter).await,
            ChannelKind::Alertmanager(alertmanager) => alertmanager::deliver(alertmanager, letter, now).await,
            ChannelKind::Command(command) => command::deliver(command, letter).await,
        }
    };
    let in_time = tokio::time::timeout(LONGEST_DELIVERY, delivery).await;
    in_time.unwrap_or_else(|_| Err(Failure::Timeout { after: LONGEST_DELIVERY }.into()))
}

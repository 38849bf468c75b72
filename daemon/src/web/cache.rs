//! Pages that were made a moment ago: many who look at the same one at once wait for one that is made.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::StatusCode;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::sync::OnceCell;
use tokio::time::Instant;

/// Something that was made, ready to be sent.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
    /// The same for browsers that understand gzip (RFC 1952), as all do.
    pub(super) compressed: Bytes,
}

/// What was made a moment ago, by address.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<HashMap<String, Arc<Slot>>>);

#[derive(Debug)]
struct Slot {
    begun: Instant,
    made: OnceCell<Arc<Made>>,
}

/// Nobody sees anything older.
const AGE: Duration = Duration::from_secs(1);

/// A second has no more different pages that are worth keeping.
const MOST: usize = 64;

impl Made {
    pub(super) fn new(status: StatusCode, body: String) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        // Memory does not refuse to be written.
        let compressed = encoder.write_all(body.as_bytes()).and_then(|()| encoder.finish()).unwrap_or_default();
        Self { status, body: body.into(), compressed: compressed.into() }
    }
}

impl Cache {
    /// What was made for `key` within the last second, or is being made, or what `make` makes.
    pub(super) async fn get(&self, key: String, make: impl Future<Output = Made>) -> Arc<Made> {
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if slots.len() >= MOST {
                slots.retain(|_, slot| slot.begun.elapsed() < AGE);
            }
            let fresh = slots.get(&key).filter(|slot| slot.begun.elapsed() < AGE).cloned();
            fresh.unwrap_or_else(|| {
                let slot = Arc::new(Slot { begun: Instant::now(), made: OnceCell::new() });
                if slots.len() < MOST {
                    slots.insert(key, Arc::clone(&slot));
                }
                slot
            })
        };
        Arc::clone(slot.made.get_or_init(|| async { Arc::new(make.await) }).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> Made {
        Made::new(StatusCode::OK, text.to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_is_made_once_a_second() {
        let cache = Cache::default();
        let get = async |text: &str| cache.get("/".to_owned(), async { made(text) }).await.body.clone();
        assert_eq!(get("first").await, "first");
        assert_eq!(get("second").await, "first");
        tokio::time::advance(AGE).await;
        assert_eq!(get("third").await, "third");
    }
}

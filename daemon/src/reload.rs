//! When the configuration is read again: at SIGHUP, and when one of its files was saved.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::warn;

use crate::config::{FOLDERS, Location};

/// An editor saves in several steps, and people save several files one after the other: reading begins when it has been
/// quiet for so long.
const QUIET: Duration = Duration::from_millis(500);

/// What tells that the configuration may have changed.
pub struct Occasions {
    location: Location,
    hangup: Signal,
    saved: mpsc::Receiver<()>,
    /// As long as it is there nobody takes silence for an end.
    _keeps_open: mpsc::Sender<()>,
    /// When it will have been quiet for long enough since a file was saved.
    quiet_at: Option<Instant>,
    /// None where the system can watch no more folders; SIGHUP is left.
    watcher: Option<RecommendedWatcher>,
}

impl Occasions {
    /// Begins to watch the folders of the configuration.
    ///
    /// # Errors
    /// The system does not tell of signals.
    pub fn new(location: Location) -> io::Result<Self> {
        let hangup = signal(SignalKind::hangup())?;
        // One that waits says as much as a hundred.
        let (tell, saved) = mpsc::channel(1);
        let keeps_open = tell.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| is_of_interest(&event)) {
                let _ = tell.try_send(());
            }
        });
        let watcher = watcher
            .inspect_err(|error| {
                warn!("saved files of the configuration are not noticed ({error}); tell rotused by systemctl reload rotused");
            })
            .ok();
        let mut occasions = Self { location, hangup, saved, _keeps_open: keeps_open, quiet_at: None, watcher };
        occasions.watch_folders();
        Ok(occasions)
    }

    /// Watches the folders that are there, also those that have been made since.
    fn watch_folders(&mut self) {
        let Some(watcher) = &mut self.watcher else { return };
        for folder in self.location.folders().filter(|folder| folder.is_dir()) {
            if let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
                let folder = folder.display();
                warn!("saved files in {folder} are not noticed ({error}); tell rotused by systemctl reload rotused");
            }
        }
    }

    /// Waits for the next occasion and says what it was. Nothing is lost when the waiting is given up and begun again.
    pub async fn next(&mut self) -> &'static str {
        let reason = loop {
            let quiet_at = self.quiet_at;
            let quiet = async {
                match quiet_at {
                    Some(quiet_at) => tokio::time::sleep_until(quiet_at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = self.hangup.recv() => break "SIGHUP",
                _ = self.saved.recv() => self.quiet_at = Some(Instant::now() + QUIET),
                () = quiet => break "a file was saved",
            }
        };
        self.quiet_at = None;
        self.watch_folders();
        reason
    }
}

/// Whether a file of TOML, or one of our folders, was changed, made, renamed or deleted; none: events were lost. Reading, as
/// we do ourselves, is no change, and others may work beside us in the folder.
fn is_of_interest(event: &Event) -> bool {
    let is_ours = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "toml")
            || path.file_name().is_some_and(|name| FOLDERS.iter().any(|folder| *folder == name))
    };
    !matches!(event.kind, EventKind::Access(_)) && (event.paths.is_empty() || event.paths.iter().any(is_ours))
}

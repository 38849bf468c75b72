//! `rotused wal push`: what a PostgreSQL server calls to hand over a file of its log.

use std::path::PathBuf;

use clap::Subcommand;
use rotused::backup::wal;
use rotused::config::WAL;

/// What can be done with a log.
#[derive(Subcommand)]
pub(super) enum Wal {
    /// Copies a file of the log to where the daemon stores it from; for PostgreSQL's archive_command:
    ///
    ///   archive_mode = on
    ///   archive_command = 'rotused wal push %p'
    ///
    /// It ends with 0 only when the copy is on the disk; the server tries again what did not. The folder belongs to the server's user
    /// and to the daemon's group: install -d -o postgres -g rotused -m 2770 /var/spool/rotused/wal
    Push {
        /// The file (%p).
        file: PathBuf,
        /// The folder, as `wal` of the job's source says it; each server needs one of its own.
        #[arg(long, value_name = "FOLDER", default_value = WAL)]
        to: PathBuf,
    },
}

/// Does it; says nothing when it is done, and why when not.
pub(super) fn execute(command: Wal) -> anyhow::Result<()> {
    let Wal::Push { file, to } = command;
    Ok(wal::push(&file, &to)?)
}

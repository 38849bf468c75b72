//! What a command costs, as the kernel accounts for it.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

/// The argument with which this program starts itself to run one command.
pub(crate) const ONCE: &str = "--once";

#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// User and system time.
    pub(crate) processor: Duration,
    /// The most that was resident, in kilobytes.
    pub(crate) memory: u64,
}

impl Cost {
    /// Runs a command, in a process between that has no other child: the kernel sums up the time of all children, takes the
    /// memory of the largest, and counts as a child's what its parent had before it became the command.
    pub(crate) fn of(command: &[OsString]) -> Self {
        let ran = Command::new(std::env::current_exe().unwrap()).arg(ONCE).args(command).output().unwrap();
        assert!(ran.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ran.stderr));
        let told = String::from_utf8(ran.stdout).unwrap();
        let numbers: Vec<u64> = told.split_whitespace().map(|number| number.parse().unwrap()).collect();
        let [wall, processor, memory] = numbers[..] else { panic!("{told}") };
        Self { wall: Duration::from_micros(wall), processor: Duration::from_micros(processor), memory }
    }

    /// The process between.
    pub(crate) fn tell(command: &[OsString]) {
        let mut command = {
            let (program, arguments) = command.split_first().unwrap();
            let mut command = Command::new(program);
            command.args(arguments);
            command
        };
        let begun = Instant::now();
        let ran = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
        let wall = begun.elapsed().as_micros();
        if !ran.success() {
            // It has said why.
            std::process::exit(1);
        }
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
        let processor = usage.user_time() + usage.system_time();
        let processor = processor.tv_sec() * 1_000_000 + processor.tv_usec();
        println!("{wall} {processor} {}", usage.max_rss());
    }
}

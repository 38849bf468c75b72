//! A generator that serves its site while somebody edits it.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tests::{free_port, get, processor_time};

use crate::tool::Tool;

/// Between two questions whether a page is new.
const BETWEEN: Duration = Duration::from_millis(4);

/// Nobody waits longer for a page.
const LONGEST: Duration = Duration::from_secs(120);

/// Stopped when it is dropped.
pub(crate) struct Preview {
    server: Child,
    address: SocketAddr,
    site: PathBuf,
}

/// How an edit came through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edit {
    /// From closing the file to having the new page.
    pub(crate) took: Duration,
    /// Answers meanwhile that were no 200, or none at all.
    pub(crate) bad: u32,
}

impl Preview {
    /// Serves the site in the folder `site`, and waits for the page of `file`.
    pub(crate) fn start(tool: &Tool, site: &Path, file: &str) -> Self {
        let port = free_port();
        let mut command = tool.serve(site, port);
        let server = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut preview =
            Self { server, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), site: site.to_owned() };
        let begun = Instant::now();
        while get(preview.address, &address_of(file)).is_none_or(|page| page.status != 200) {
            assert!(preview.server.try_wait().unwrap().is_none(), "{} has ended", tool.name);
            assert!(begun.elapsed() < LONGEST, "{} serves no page", tool.name);
            std::thread::sleep(Duration::from_millis(20));
        }
        preview.settle();
        preview
    }

    /// Appends `word` to the file of a page, as most editors do: the file is emptied and written.
    pub(crate) fn edit(&self, file: &str, word: &str) -> Edit {
        let path = self.site.join("content").join(file);
        let text = format!("{}\n{word}\n", fs::read_to_string(&path).unwrap());
        fs::write(&path, text).unwrap();
        let begun = Instant::now();
        let mut bad = 0;
        loop {
            let page = get(self.address, &address_of(file)).filter(|page| page.status == 200);
            let took = begun.elapsed();
            match page {
                Some(page) if page.body.contains(word) => {
                    self.settle();
                    return Edit { took, bad };
                }
                Some(_) => {}
                None => bad += 1,
            }
            assert!(took < LONGEST, "{word} does not come");
            std::thread::sleep(BETWEEN);
        }
    }

    /// Waits until the server has nothing left to do.
    fn settle(&self) {
        let mut before = None;
        loop {
            let now = processor_time(self.server.id());
            if before.is_some_and(|before| now - before <= Duration::from_millis(10)) {
                return;
            }
            before = Some(now);
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Megabytes that are resident.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.server.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        // One that has ended by itself cannot be stopped.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Where every generator puts the page of a file.
fn address_of(file: &str) -> String {
    format!("/{}/", file.trim_end_matches(".md"))
}

//! What building and previewing the site of a large municipality costs: ours beside Zola and Hugo, where they are on the PATH,
//! with the same pages and equal templates, in turns (A B A B). Prints tables; part of `make bench`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that fails says so")]

mod corpus;
mod cost;
mod preview;
mod tool;
mod words;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use corpus::Corpus;
use cost::{Cost, ONCE};
use preview::{Edit, Preview};
use tool::{Flavour, Tool};

const SIZES: [(u64, &str); 2] = [(1000, "1,000"), (10_000, "10,000")];

/// Builds of each, after one that warms up.
const RUNS: usize = 7;

/// Edits of each, unless they take longer than [`EDITING`] in all.
const EDITS: usize = 40;
const EDITING: Duration = Duration::from_secs(180);

/// A build trusts times of files only when they are older (see `record.rs` of sitegen).
const COARSE: Duration = Duration::from_millis(2500);

fn main() {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|first| first == ONCE) {
        return Cost::tell(&arguments[1..]);
    }
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let is_wanted = |case: &str| words.iter().all(|word| case.contains(word.as_str()));
    let mut cold = Vec::new();
    for (pages, size) in SIZES {
        let [is_cold, is_unchanged, is_edit] =
            ["cold", "unchanged", "edit"].map(|case| is_wanted(&format!("site {case} {size}")));
        if !(is_cold || is_unchanged || is_edit) {
            continue;
        }
        let sites = Sites::write(pages, size);
        if is_cold {
            cold.push(sites.build_anew());
        }
        if is_unchanged {
            sites.build_again();
        }
        if is_edit {
            sites.edit();
        }
    }
    if let [small, large] = &cold[..] {
        println!("## Ten times the pages\n\n| | wall | CPU |\n| --- | --- | --- |");
        for (name, small, large) in small.iter().zip(large).map(|((name, small), (_, large))| (name, small, large)) {
            let grown = |of: fn(&Cost) -> f64| median(large, of) / median(small, of);
            let goal = if name == "sitegen" { " (goal ≤ 10)" } else { "" };
            println!("| {name} | {:.1} ×{goal} | {:.1} × |", grown(wall), grown(processor));
        }
    }
}

/// The same pages for each generator.
struct Sites {
    pages: u64,
    folder: TempDir,
    tools: Vec<Tool>,
    corpus: Corpus,
}

impl Sites {
    fn write(pages: u64, size: &str) -> Self {
        // On a disk, deleting the output of one build slows down the next: ext4 looks anew at each inode that was just freed.
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let sites =
            Self { pages, folder: tempfile::tempdir_in(parent).unwrap(), tools: Tool::all(), corpus: Corpus::new() };
        let written = sites.tools.iter().map(|tool| tool.write_site(&sites.site(tool), &sites.corpus, pages));
        let octets: Vec<usize> = written.collect();
        std::thread::sleep(COARSE);
        let load = fs::read_to_string("/proc/loadavg").unwrap();
        let load = load.split(' ').next().unwrap();
        let cores = std::thread::available_parallelism().unwrap();
        println!(
            "# {size} pages, {:.1} MB of Markdown\n\n{cores} cores, load {load}, in {}\n",
            octets[0] as f64 / 1e6,
            sites.folder.path().display()
        );
        sites
    }

    fn site(&self, tool: &Tool) -> PathBuf {
        self.folder.path().join(format!("site-{:?}", tool.flavour))
    }

    fn output(&self, tool: &Tool) -> PathBuf {
        self.folder.path().join(format!("output-{:?}", tool.flavour))
    }

    fn build(&self, tool: &Tool) -> Cost {
        Cost::of(&tool.build(&self.site(tool), &self.output(tool)))
    }

    /// Each into an empty folder, in turns.
    fn build_anew(&self) -> Vec<(String, Vec<Cost>)> {
        let mut costs: Vec<Vec<Cost>> = self.tools.iter().map(|_| Vec::new()).collect();
        let mut files = vec![(0, 0); self.tools.len()];
        for run in 0..=RUNS {
            for (index, tool) in self.tools.iter().enumerate() {
                let cost = self.build(tool);
                if run == 0 {
                    files[index] = count(&self.output(tool));
                } else {
                    costs[index].push(cost);
                }
                fs::remove_dir_all(self.output(tool)).unwrap();
            }
        }
        println!("## Cold build: median (least–most) of {RUNS}, in turns\n");
        println!("| | wall | CPU | peak memory | files | of sitegen's wall |\n| --- | --- | --- | --- | --- | --- |");
        for (index, tool) in self.tools.iter().enumerate() {
            let goals = match tool.flavour {
                Flavour::Plain if self.pages == 10_000 => [", goal ≤ 1.3", ", goal ≤ 2.2", ", goal ≤ 250"],
                _ => [""; 3],
            };
            let memory = median(&costs[index], |cost| cost.memory as f64 / 1024.0);
            println!(
                "| {} | {}{} | {}{} | {memory:.0} MB{} | {}, {:.1} MB | {:.2} × |",
                tool.name,
                range(&costs[index], wall),
                goals[0],
                range(&costs[index], processor),
                goals[1],
                goals[2],
                files[index].0,
                files[index].1 as f64 / 1e6,
                median(&costs[index], wall) / median(&costs[0], wall)
            );
        }
        println!();
        self.tools.iter().map(|tool| tool.name.clone()).zip(costs).collect()
    }

    /// Each into the folder of its last build, with nothing changed, in turns.
    fn build_again(&self) {
        let mut costs: Vec<Vec<Cost>> = self.tools.iter().map(|_| Vec::new()).collect();
        for run in 0..=RUNS {
            for (tool, costs) in self.tools.iter().zip(&mut costs) {
                let cost = self.build(tool);
                if run > 0 {
                    costs.push(cost);
                }
            }
        }
        println!("## Built again, nothing changed: median (least–most) of {RUNS}, in turns\n");
        println!("| | wall | CPU |\n| --- | --- | --- |");
        for (tool, costs) in self.tools.iter().zip(&costs) {
            let is_goal = tool.flavour == Flavour::Plain && self.pages == 10_000;
            let goal = if is_goal { ", goal ≤ 0.25" } else { "" };
            println!("| {} | {}{goal} | {} |", tool.name, range(costs, wall), range(costs, processor));
            fs::remove_dir_all(self.output(tool)).unwrap();
        }
        println!();
    }

    /// All serve; one file of one of them is edited at a time, in turns.
    fn edit(&self) {
        let files: Vec<String> = (0..self.pages)
            .map(|number| self.corpus.page(number))
            .filter(|page| page.folder == "naujienos/2025")
            .map(|page| page.file)
            .take(10)
            .collect();
        let previews: Vec<Preview> =
            self.tools.iter().map(|tool| Preview::start(tool, &self.site(tool), &files[0])).collect();
        let mut edits: Vec<Vec<Edit>> = self.tools.iter().map(|_| Vec::new()).collect();
        let begun = Instant::now();
        for (turn, file) in files.iter().cycle().take(EDITS).enumerate() {
            for (preview, edits) in previews.iter().zip(&mut edits) {
                edits.push(preview.edit(file, &format!("pakeitimas{turn}x")));
            }
            if begun.elapsed() > EDITING {
                break;
            }
        }
        println!("## Edited: from saving a file to the new page, {} times, in turns\n", edits[0].len());
        println!(
            "| | p50 | p95 | longest | answers other than 200 | resident |\n| --- | --- | --- | --- | --- | --- |"
        );
        for ((tool, edits), preview) in self.tools.iter().zip(&mut edits).zip(&previews) {
            edits.sort_by_key(|edit| edit.took);
            let at = |percent: usize| edits[((edits.len() * percent).div_ceil(100)).max(1) - 1].took;
            let goals = if tool.flavour == Flavour::Plain { [", goal ≤ 50", ", goal 0"] } else { [""; 2] };
            println!(
                "| {} | {:.0?} | {:.0?}{} | {:.0?} | {}{} | {} MB |",
                tool.name,
                at(50),
                at(95),
                goals[0],
                at(100),
                edits.iter().map(|edit| edit.bad).sum::<u32>(),
                goals[1],
                preview.memory()
            );
        }
        println!();
    }
}

fn wall(cost: &Cost) -> f64 {
    cost.wall.as_secs_f64()
}

fn processor(cost: &Cost) -> f64 {
    cost.processor.as_secs_f64()
}

fn sorted(costs: &[Cost], of: fn(&Cost) -> f64) -> Vec<f64> {
    let mut figures: Vec<f64> = costs.iter().map(of).collect();
    figures.sort_by(f64::total_cmp);
    figures
}

fn median(costs: &[Cost], of: fn(&Cost) -> f64) -> f64 {
    sorted(costs, of)[costs.len() / 2]
}

fn range(costs: &[Cost], of: fn(&Cost) -> f64) -> String {
    let figures = sorted(costs, of);
    format!("{:.3} s ({:.3}–{:.3})", figures[figures.len() / 2], figures[0], figures[figures.len() - 1])
}

/// The files below a folder, and their octets.
fn count(folder: &Path) -> (u64, u64) {
    fs::read_dir(folder).unwrap().fold((0, 0), |(files, octets), entry| {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => {
                let below = count(&entry.path());
                (files + below.0, octets + below.1)
            }
            false => (files + 1, octets + entry.metadata().unwrap().len()),
        }
    })
}

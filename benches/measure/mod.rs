//! Wall time and memory of programs, and wall time of the library's stages.

mod wall;

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use relm::analysis::schedule::Schedule;
use relm::diagnostic::FileId;
use relm::graph::Graph;
use relm::load::exclude::Exclude;
use relm::load::source::Source;
use relm::load::{document, yaml};
use relm::model::facts::Facts;
use relm::report::Header;
use relm::report::check::{self, Check, Scope};
use relm::rules;
use relm::time::{Clock, When};

pub use wall::{Outcome, ms, wall};

/// The most memory a program ever held, in KiB, as the kernel of Linux counts it; none elsewhere.
///
/// The last look before the exit counts, so a program that grows in its last millisecond is taken a little too small.
pub fn peak_memory(command: &mut Command) -> io::Result<Option<u64>> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait()?.is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let seen = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(seen);
        std::thread::sleep(Duration::from_micros(500));
    }
    Ok(peak)
}

/// The least that reading a portfolio costs: walk with the ignore checks, read, and parse into trees of nodes. Answers the
/// number of documents.
pub fn floor(root: &Path) -> usize {
    let (source, _) = Source::work_tree(root.to_path_buf());
    let listing = source.list(&Exclude::none());
    let nodes = listing.files.par_iter().map(|file| -> usize {
        let Ok(bytes) = source.read(file) else { return 0 };
        let text = String::from_utf8_lossy(&bytes);
        yaml::parse(&text, FileId(0), &file.path).documents.len()
    });
    nodes.sum()
}

/// The stages of a check inside one process: name, and the best of some runs.
pub fn stages(root: &Path, today: &str, runs: usize) -> Outcome<Vec<(&'static str, Duration)>> {
    let mut best: Vec<(&'static str, Duration)> = Vec::new();
    for _ in 0..runs {
        for (index, (name, took)) in one_run(root, today)?.into_iter().enumerate() {
            match best.get_mut(index) {
                Some((_, least)) => *least = took.min(*least),
                None => best.push((name, took)),
            }
        }
    }
    Ok(best)
}

fn one_run(root: &Path, today: &str) -> Outcome<Vec<(&'static str, Duration)>> {
    let mut clock = Stopwatch::default();
    let (source, _) = Source::work_tree(root.to_path_buf());
    let listing = source.list(&Exclude::none());
    clock.lap("list");
    let bytes: Vec<Vec<u8>> = listing.files.par_iter().map(|file| source.read(file)).collect::<Result<_, _>>()?;
    clock.lap("read");
    let texts: Vec<&str> = bytes.iter().map(|bytes| std::str::from_utf8(bytes)).collect::<Result<_, _>>()?;
    clock.skip();
    let parsed = texts.par_iter().map(|text| yaml::parse(text, FileId(0), "x").documents.len()).sum::<usize>();
    clock.lap("parse");
    let documents: Vec<_> = bytes.par_iter().map(|bytes| document::read(bytes, FileId(0), "x")).collect();
    clock.lap("parse and decode");
    assert_eq!(parsed, documents.len(), "every file of the portfolio holds one document");
    drop((documents, bytes));
    clock.skip();
    let mut loaded = relm::load::load(&source, &|_, _| {})?;
    clock.lap("load: all of these, and the index");
    let now = Clock::at(When::parse(today)?, loaded.portfolio.zone);
    let graph = Graph::new(&loaded.portfolio);
    clock.lap("graph");
    let schedule = Schedule::new(&loaded.portfolio, &graph, now.today);
    clock.lap("schedule");
    let facts = Facts::default();
    let context = rules::Context::new(&loaded.portfolio, &graph, &schedule, &facts, &now);
    let outcome = rules::run(&context, &loaded.findings, &[]);
    clock.lap("rules");
    loaded.attach_texts(&source, &outcome.findings);
    let header = Header { schema: check::SCHEMA, today: now.today, revision: relm::report::Revision::default() };
    let scope = Scope { files: loaded.sources.len(), documents: loaded.documents, ..Scope::default() };
    let view = Check::new(header, &outcome.findings, &loaded.sources, scope);
    clock.lap("report");
    let text = relm::render::findings::human::render(&view, &relm::render::Style::default());
    clock.lap("render");
    drop(text);
    drop((view, outcome, schedule, graph, loaded));
    clock.lap("drop, which the command saves itself");
    Ok(clock.laps)
}

/// The rules that take the longest, each alone on one thread at a time; the slowest first.
pub fn slowest_rules(root: &Path, today: &str, count: usize) -> Outcome<Vec<(&'static str, Duration)>> {
    let (source, _) = Source::work_tree(root.to_path_buf());
    let loaded = relm::load::load(&source, &|_, _| {})?;
    let clock = Clock::at(When::parse(today)?, loaded.portfolio.zone);
    let graph = Graph::new(&loaded.portfolio);
    let schedule = Schedule::new(&loaded.portfolio, &graph, clock.today);
    let facts = Facts::default();
    let context = rules::Context::new(&loaded.portfolio, &graph, &schedule, &facts, &clock);
    let time = |name: &'static str| {
        let once = || {
            let started = Instant::now();
            rules::run(&context, &loaded.findings, &[name]);
            started.elapsed()
        };
        (name, (0..3).map(|_| once()).min().unwrap_or_default())
    };
    let mut times: Vec<_> = rules::RULES.iter().map(|rule| time(rule.name)).collect();
    times.sort_by_key(|&(_, took)| std::cmp::Reverse(took));
    times.truncate(count);
    Ok(times)
}

struct Stopwatch {
    since: Instant,
    laps: Vec<(&'static str, Duration)>,
}

impl Default for Stopwatch {
    fn default() -> Self {
        Self { since: Instant::now(), laps: Vec::new() }
    }
}

impl Stopwatch {
    fn lap(&mut self, name: &'static str) {
        self.laps.push((name, self.since.elapsed()));
        self.since = Instant::now();
    }

    /// Leaves out what was done since the last lap.
    fn skip(&mut self) {
        self.since = Instant::now();
    }
}

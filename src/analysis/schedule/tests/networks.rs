//! Random networks, from fixed seeds, on which the engine and the oracle must agree field by field.

use chrono::NaiveDate;

use crate::analysis::schedule::Schedule;
use crate::analysis::schedule::oracle::{Oracle, plus};
use crate::graph::Graph;
use crate::load::testing::portfolio;
use crate::model::Portfolio;

/// A generator that gives the same networks everywhere (`SplitMix64`).
pub(super) struct Rng(u64);

impl Rng {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(7))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// A phase or milestone as written: fields, and entries of `after`.
#[derive(Clone, Default)]
pub(super) struct Item {
    pub(super) fields: Vec<String>,
    pub(super) after: Vec<String>,
}

#[derive(Clone, Default)]
pub(super) struct Written {
    pub(super) fields: Vec<String>,
    pub(super) depends_on: Vec<String>,
    pub(super) phases: Vec<Item>,
    pub(super) milestones: Vec<Item>,
}

#[derive(Clone)]
pub(super) struct Network {
    pub(super) releases: Vec<Written>,
    pub(super) today: NaiveDate,
    pub(super) shutdown: bool,
}

const HEAD: &str = "kind: portfolio\nformat: 1\nstages: [dev, prod]\ncalendars:
  default: {holidays: [{date: 2026-12-25}, {date: 2026-12-28}, {date: 2027-01-01}, {date: 2026-11-11}]}
  six: {working_week: [mon, tue, wed, thu, fri, sat]}
  gulf: {working_week: [sun, mon, tue, wed, thu], holidays: [{date: 2026-11-16}, {date: 2026-11-17}, {date: 2026-12-02}]}
  rare: {working_week: [wed, thu], holidays: [{date: 2026-12-23}, {date: 2026-12-24}, {date: 2026-12-30}, {date: 2026-12-31}]}
teams:\n  - {id: east, calendar: gulf}\n  - {id: west, calendar: six}\n  - {id: seldom, calendar: rare}\n  - {id: plain}\n";

impl Network {
    pub(super) fn text(&self) -> String {
        use std::fmt::Write;
        let mut text = HEAD.to_owned();
        if self.shutdown {
            let first = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
            let off: Vec<String> = (0..365).map(|n| format!("{{date: {}}}, ", plus(first, n))).collect();
            text = text.replace("holidays: [{date: 2026-12-23}, ", &format!("holidays: [{}", off.concat()));
        }
        for release in &self.releases {
            let _ = write!(text, "---\nkind: release\n{}\n", release.fields.join("\n"));
            let _ = writeln!(text, "depends_on: [{}]", release.depends_on.join(", "));
            for (key, items) in [("phases", &release.phases), ("milestones", &release.milestones)] {
                let _ = writeln!(text, "{key}:{}", if items.is_empty() { " []" } else { "" });
                for item in items {
                    let mut fields = item.fields.clone();
                    if !item.after.is_empty() {
                        fields.push(format!("after: [{}]", item.after.join(", ")));
                    }
                    let _ = writeln!(text, "  - {{{}}}", fields.join(", "));
                }
            }
        }
        text
    }

    pub(super) fn schedule(&self) -> Schedule {
        let portfolio = portfolio(&self.text());
        Schedule::new(&portfolio, &Graph::new(&portfolio), self.today)
    }
}

fn day(rng: &mut Rng) -> NaiveDate {
    plus(NaiveDate::from_ymd_opt(2026, 10, 26).unwrap(), rng.below(75) as i64)
}

fn lag(rng: &mut Rng) -> String {
    if rng.percent(55) {
        return "0d".to_owned();
    }
    let unit = rng.pick(&["d", "d", "d", "ed", "w", "ew"]);
    let most = if unit.ends_with('w') { 2 } else { 6 };
    format!("{}{}{unit}", if rng.percent(40) { "-" } else { "" }, rng.below(most))
}

fn duration(rng: &mut Rng) -> String {
    let unit = rng.pick(&["d", "d", "d", "d", "ed", "w", "ew"]);
    let most = if unit.ends_with('w') { 3 } else { 9 };
    format!("{}{unit}", rng.below(most))
}

fn entry(rng: &mut Rng, release: Option<usize>, name: &str) -> String {
    let qualified = release.map_or_else(|| name.to_owned(), |r| format!("r{r}/{name}"));
    if rng.percent(40) {
        return qualified;
    }
    let link = rng.pick(&["FS", "FS", "SS", "FF", "SF"]);
    let release = release.map_or_else(String::new, |r| format!("release: r{r}, "));
    format!("{{{release}phase: {name}, type: {link}, lag: {}}}", lag(rng))
}

/// What a network may hold.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) cycles: bool,
    pub(super) unplaced: bool,
    /// Whether a calendar has a year without work.
    pub(super) shutdown: bool,
}

/// Entries lead back, and every phase says enough.
pub(super) const PLAIN: Shape = Shape { cycles: false, unplaced: false, shutdown: false };

/// A network; without `cycles` entries lead back only.
pub(super) fn network(rng: &mut Rng, shape: Shape) -> Network {
    let releases = 1 + rng.below(6);
    let phases: Vec<usize> = (0..releases).map(|_| rng.below(9)).collect();
    let milestones: Vec<usize> = (0..releases).map(|_| rng.below(4)).collect();
    let today = day(rng);
    let mut written = Vec::new();
    for r in 0..releases {
        let mut release = Written { fields: vec![format!("id: r{r}"), "type: minor".to_owned()], ..Written::default() };
        let status = rng.pick(&["draft", "planned", "in-progress", "in-progress", "released", "closed", "cancelled"]);
        release.fields.push(format!("status: {status}"));
        if rng.percent(50) {
            release.fields.push(format!("target: {}", day(rng)));
        }
        if rng.percent(40) {
            release.fields.push(format!("calendar: {}", rng.pick(&["six", "gulf", "default", "rare"])));
        }
        if r > 0 && rng.percent(35) {
            release.fields.push(format!("part_of: r{}", rng.below(r)));
        }
        if rng.percent(8) {
            let shipped = if rng.percent(50) { format!(", end: {}", day(rng)) } else { String::new() };
            release.fields.push(format!("actual: {{start: {}{shipped}}}", day(rng)));
        }
        let others = if shape.cycles { releases } else { r };
        if others > 0 && rng.percent(35) {
            release.depends_on.push(format!("{{release: r{}, lag: {}}}", rng.below(others), lag(rng)));
        }
        let after = |rng: &mut Rng, item: usize, is_milestone: bool| {
            let mut entries = Vec::new();
            for _ in 0..=rng.below(3) {
                let far = rng.percent(25);
                let other = if shape.cycles { rng.below(releases) } else { rng.below(r) };
                let (there, name) = if far && (r > 0 || shape.cycles) { (other, Some(other)) } else { (r, None) };
                let free = shape.cycles && rng.percent(30) || there != r;
                let most = if free || is_milestone { phases[there] } else { item };
                let on = if most > 0 && rng.percent(80) {
                    format!("p{}", rng.below(most))
                } else if free && milestones[there] > 0 {
                    format!("m{}", rng.below(milestones[there]))
                } else if item > 0 && !free && is_milestone {
                    format!("m{}", rng.below(item))
                } else if !is_milestone && !free && milestones[r] > 0 {
                    // Milestones of the own release follow phases: only those written wait for nothing. Cycles, if any,
                    // are left out by the caller.
                    format!("m{}", rng.below(milestones[r]))
                } else {
                    continue;
                };
                entries.push(entry(rng, name, &on));
            }
            entries
        };
        for p in 0..phases[r] {
            let mut item = Item { fields: vec![format!("id: p{p}")], after: after(rng, p, false) };
            let start = day(rng);
            let kind = rng.below(100);
            let mut push = |text: String| item.fields.push(text);
            if kind < 55 && !item.after.is_empty() {
                push(format!("duration: {}", duration(rng)));
            } else if kind < 70 {
                push(format!("start: {start}"));
                push(format!("duration: {}", duration(rng)));
            } else if kind < 82 {
                push(format!("start: {start}"));
                push(format!("end: {}", plus(start, rng.below(12) as i64)));
            } else if kind < 90 {
                push(format!("end: {start}"));
                push(format!("duration: {}", duration(rng)));
            } else if kind < 97 || !shape.unplaced {
                push(format!("{}: {start}", rng.pick(&["start", "date"])));
            } else if kind < 98 {
                push(format!("duration: {}", duration(rng)));
            }
            if rng.percent(35) {
                push(format!("team: {}", rng.pick(&["east", "west", "seldom", "plain"])));
            }
            if rng.percent(25) {
                push(format!("progress: {}", rng.pick(&["0", "1", "33", "50", "80", "99", "100"])));
            }
            if rng.percent(25) {
                let began = day(rng);
                let ended = format!(", end: {}", plus(began, rng.below(15) as i64));
                push(format!("actual: {{start: {began}{}}}", if rng.percent(40) { &ended } else { "" }));
            } else if rng.percent(3) {
                push(format!("actual: {{end: {}}}", day(rng)));
            }
            release.phases.push(item);
        }
        for m in 0..milestones[r] {
            let mut item = Item { fields: vec![format!("id: m{m}")], after: Vec::new() };
            if rng.percent(40) {
                item.fields.push(format!("date: {}", day(rng)));
            }
            if rng.percent(70) {
                item.after = after(rng, m, true);
            }
            if rng.percent(15) {
                item.fields.push(format!("actual: {}", day(rng)));
            }
            release.milestones.push(item);
        }
        written.push(release);
    }
    Network { releases: written, today, shutdown: shape.shutdown }
}

/// The first field on which the engine and the oracle differ.
fn difference(network: &Network) -> Option<String> {
    compare(network).1
}

/// The same, with whether the network holds a cycle.
fn compare(network: &Network) -> (bool, Option<String>) {
    let portfolio = portfolio(&network.text());
    let graph = Graph::new(&portfolio);
    let engine = Schedule::new(&portfolio, &graph, network.today);
    let oracle = Oracle::new(&portfolio, network.today).schedule();
    (!graph.cycles().is_empty(), differing(&portfolio, &engine, &oracle))
}

fn differing(portfolio: &Portfolio, engine: &Schedule, oracle: &Schedule) -> Option<String> {
    for (r, release) in portfolio.releases.iter().enumerate() {
        let (ours, theirs) = (&engine.releases[r], &oracle.releases[r]);
        let id = &release.id;
        macro_rules! same {
            ($name:expr, $ours:expr, $theirs:expr, $($field:ident)+) => {$(
                if $ours.$field != $theirs.$field {
                    let (ours, theirs) = ($ours.$field, $theirs.$field);
                    return Some(format!("{} {}: engine {ours:?}, oracle {theirs:?}", $name, stringify!($field)));
                }
            )+};
        }
        let each = release.phases.iter().zip(&ours.phases).zip(&theirs.phases);
        for ((phase, ours), theirs) in each.clone() {
            same!(format!("{id}/{}", phase.id), ours, theirs, planned);
        }
        for ((milestone, ours), theirs) in release.milestones.iter().zip(&ours.milestones).zip(&theirs.milestones) {
            same!(format!("{id}/{}", milestone.id), ours, theirs, date late forecast);
        }
        for ((phase, ours), theirs) in each {
            same!(format!("{id}/{}", phase.id), ours, theirs, late slack free_slack forecast);
        }
        same!(id, ours, theirs, planned_start planned_end anchor forecast_start forecast_end lateness slack);
    }
    None
}

/// Leaves out what is not needed for the difference.
fn shrink(mut network: Network) -> Network {
    let differs = |network: &Network| difference(network).is_some();
    loop {
        let mut smaller = Vec::new();
        let mut without = |change: &dyn Fn(&mut Network)| {
            let mut less = network.clone();
            change(&mut less);
            smaller.push(less);
        };
        for (r, release) in network.releases.iter().enumerate() {
            without(&|it| drop(it.releases.remove(r)));
            (0..release.depends_on.len()).for_each(|n| without(&|it| drop(it.releases[r].depends_on.remove(n))));
            (2..release.fields.len()).for_each(|n| without(&|it| drop(it.releases[r].fields.remove(n))));
            for (p, item) in release.phases.iter().enumerate() {
                without(&|it| drop(it.releases[r].phases.remove(p)));
                (0..item.after.len()).for_each(|n| without(&|it| drop(it.releases[r].phases[p].after.remove(n))));
                (1..item.fields.len()).for_each(|n| without(&|it| drop(it.releases[r].phases[p].fields.remove(n))));
            }
            for (m, item) in release.milestones.iter().enumerate() {
                without(&|it| drop(it.releases[r].milestones.remove(m)));
                (0..item.after.len()).for_each(|n| without(&|it| drop(it.releases[r].milestones[m].after.remove(n))));
                (1..item.fields.len()).for_each(|n| without(&|it| drop(it.releases[r].milestones[m].fields.remove(n))));
            }
        }
        match smaller.into_iter().find(differs) {
            Some(less) => network = less,
            None => return network,
        }
    }
}

fn agree(seeds: std::ops::Range<u64>, shape: Shape) -> usize {
    let mut cyclic = 0;
    for seed in seeds {
        let network = network(&mut Rng::new(seed), shape);
        let (is_cyclic, differs) = compare(&network);
        cyclic += usize::from(is_cyclic);
        if differs.is_some() {
            let small = shrink(network);
            let body = small.text().replace(HEAD, "");
            panic!("seed {seed}, today {}: {}\n{body}", small.today, difference(&small).unwrap());
        }
    }
    cyclic
}

#[test]
fn the_engine_agrees_with_the_oracle() {
    agree(0..1200, PLAIN);
}

#[test]
fn the_engine_agrees_with_the_oracle_where_phases_cannot_be_placed() {
    agree(10_000..10_700, Shape { unplaced: true, ..PLAIN });
}

#[test]
fn the_engine_agrees_with_the_oracle_beside_cycles() {
    let cyclic = agree(20_000..20_800, Shape { cycles: true, unplaced: true, ..PLAIN });
    assert!(cyclic > 250, "{cyclic}");
}

#[test]
fn the_engine_agrees_with_the_oracle_over_a_year_without_work() {
    agree(30_000..30_100, Shape { shutdown: true, ..PLAIN });
}

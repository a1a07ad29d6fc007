//! What holds of every schedule, and what must not break one.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::networks::{Network, PLAIN, Rng, Shape, network};
use crate::analysis::schedule::oracle::plus;
use crate::analysis::schedule::{PhaseSchedule, Schedule, after};
use crate::graph::Graph;
use crate::load::testing::portfolio;
use crate::model::Portfolio;

fn networks(seeds: std::ops::Range<u64>, shape: Shape) -> impl Iterator<Item = (Network, Rng)> {
    seeds.map(move |seed| {
        let mut rng = Rng::new(seed);
        (network(&mut rng, shape), rng)
    })
}

fn read(text: &str) -> (Portfolio, Graph) {
    let portfolio = portfolio(&format!("kind: portfolio\nstages: [prod]\n{text}"));
    let graph = Graph::new(&portfolio);
    (portfolio, graph)
}

fn schedule(text: &str) -> (Portfolio, Schedule) {
    let (portfolio, graph) = read(text);
    let schedule = Schedule::new(&portfolio, &graph, "2026-11-02".parse().unwrap());
    (portfolio, schedule)
}

#[test]
fn a_later_today_makes_no_forecast_earlier() {
    for (mut network, mut rng) in networks(40_000..40_300, PLAIN) {
        let before = network.schedule();
        network.today = plus(network.today, 1 + rng.below(20) as i64);
        let later = network.schedule();
        for (before, later) in before.releases.iter().zip(&later.releases) {
            assert!(before.forecast_start <= later.forecast_start && before.forecast_end <= later.forecast_end);
            assert_eq!((before.planned_start, before.slack), (later.planned_start, later.slack));
            for (before, later) in before.phases.iter().zip(&later.phases) {
                let ends = |it: &PhaseSchedule| it.forecast.map(|it| (it.start, it.end)).unzip();
                let ((start, end), (start_later, end_later)) = (ends(before), ends(later));
                assert!(start <= start_later && end <= end_later, "{}", network.text());
            }
            for (before, later) in before.milestones.iter().zip(&later.milestones) {
                assert!(before.forecast <= later.forecast, "{}", network.text());
            }
        }
    }
}

#[test]
fn one_more_entry_makes_no_planned_start_earlier() {
    let mut compared = 0;
    for (mut network, mut rng) in networks(41_000..41_300, PLAIN) {
        let before = network.schedule();
        for _ in 0..3 {
            let r = rng.below(network.releases.len());
            let phases = &mut network.releases[r].phases;
            if phases.len() > 1 {
                let p = 1 + rng.below(phases.len() - 1);
                let link = ["FS", "SS", "FF", "SF"][rng.below(4)];
                let entry = format!("{{phase: p{}, type: {link}, lag: {}d}}", rng.below(p), rng.below(4));
                phases[p].after.push(entry);
            }
        }
        let later = network.schedule();
        // An entry that closes a cycle, or gives dates to what had none, changes what there is to wait for.
        let placed = |of: &Schedule| -> Vec<bool> {
            of.releases.iter().flat_map(|it| &it.phases).map(|it| it.planned.is_some()).collect()
        };
        if placed(&before) != placed(&later) {
            continue;
        }
        compared += 1;
        for (before, later) in before.releases.iter().zip(&later.releases) {
            for (before, later) in before.phases.iter().zip(&later.phases) {
                if let (Some(before), Some(later)) = (before.planned, later.planned) {
                    assert!(before.start <= later.start, "{}", network.text());
                }
            }
        }
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn slack_has_the_sign_of_the_way_to_the_late_start() {
    for (network, _) in networks(42_000..42_300, PLAIN) {
        let portfolio = portfolio(&network.text());
        let schedule = network.schedule();
        for (release, own) in portfolio.releases.iter().zip(&schedule.releases) {
            let calendar = portfolio.release_calendar(release);
            for phase in &own.phases {
                let (Some(planned), Some(late), Some(slack)) = (phase.planned, phase.late, phase.slack) else {
                    assert!(phase.planned.is_none() && phase.slack.is_none() && phase.free_slack.is_none());
                    continue;
                };
                assert!(own.anchor.is_none_or(|anchor| late.end <= anchor), "{}", network.text());
                assert!(slack <= 0 || planned.start < late.start);
                assert!(slack >= 0 || planned.start > late.start);
                if calendar.is_working(planned.start) && calendar.is_working(late.start) {
                    assert_eq!(slack >= 0, planned.start <= late.start, "{}", network.text());
                }
            }
        }
    }
}

#[test]
fn the_same_input_gives_the_same_schedule() {
    for (network, _) in networks(43_000..43_100, Shape { cycles: true, unplaced: true, ..PLAIN }) {
        let portfolio = portfolio(&network.text());
        let once = network.schedule();
        assert_eq!(once, network.schedule());
        for release in 0..portfolio.releases.len() {
            let path = once.critical_path(&portfolio, release);
            assert_eq!(path, network.schedule().critical_path(&portfolio, release));
        }
    }
}

#[test]
fn a_critical_path_has_no_gaps_and_no_slack() {
    for seed in 44_000..44_200 {
        let mut rng = Rng::new(seed);
        let mut phases = String::from("{id: p0, start: 2026-11-02, duration: 3d}");
        for p in 1..2 + rng.below(12) {
            let (one, other) = (rng.below(p), rng.below(p));
            let entries = if one == other { format!("p{one}") } else { format!("p{one}, p{other}") };
            let _ = write!(phases, ", {{id: p{p}, after: [{entries}], duration: {}d}}", 1 + rng.below(6));
        }
        let (portfolio, schedule) = schedule(&format!("---\nkind: release\nid: r\ntype: minor\nphases: [{phases}]\n"));
        let own = &schedule.releases[0];
        let path = schedule.critical_path(&portfolio, 0);
        let dates: Vec<_> = path.iter().map(|&(r, p)| schedule.phase(r, p).planned.unwrap()).collect();
        assert_eq!(own.planned_start, dates.first().map(|it| it.start), "{phases}");
        assert_eq!(own.planned_end, dates.last().map(|it| it.end), "{phases}");
        let calendar = portfolio.calendars.default_calendar();
        for pair in dates.windows(2) {
            assert_eq!(calendar.next_working(after(pair[0].end)), pair[1].start, "{phases}");
        }
        assert!(path.iter().all(|&(r, p)| schedule.phase(r, p).slack == Some(0)), "{phases}");
        // Nothing but the release's own end bounds these: what is free is never more than there is.
        assert!(own.phases.iter().all(|it| Some(0) <= it.free_slack && it.free_slack <= it.slack), "{phases}");
    }
}

#[test]
fn the_ends_of_time_are_no_panic() {
    let written = ["start", "end"]
        .into_iter()
        .flat_map(|key| ["1900-01-01", "2200-12-31", "2026-11-02"].map(|day| format!("{key}: {day}")));
    for written in written {
        for duration in ["0d", "1d", "1000000d", "10000000d", "10000000w", "1000000ed", "10000000ew"] {
            for lag in ["0d", "1000000d", "-1000000d", "10000000ed", "-10000000w"] {
                let mut phases = format!("{{id: a, {written}, duration: {duration}}}");
                for link in ["FS", "SS", "FF", "SF"] {
                    let entry = format!("after: [{{phase: a, type: {link}, lag: {lag}}}]");
                    let _ = write!(phases, ", {{id: {link}, {entry}, duration: {duration}, progress: 30}}");
                    let _ = write!(phases, ", {{id: w{link}, {entry}, start: 2026-11-07}}");
                }
                let milestones = "milestones: [{id: m, after: [a - 1000000d, FS + 1000000d]}]";
                let text = format!("target: 2200-12-31\n{milestones}\nphases: [{phases}]");
                let text = format!("---\nkind: release\nid: r\ntype: minor\n{text}\n");
                let (portfolio, schedule) = schedule(&text);
                assert!(schedule.releases[0].phases.iter().all(|it| it.planned.is_some()), "{text}");
                schedule.critical_path(&portfolio, 0);
            }
        }
    }
}

/// `n` of something, each after the one before.
fn chain(kind: &str, n: usize) -> String {
    let mut text = String::new();
    let head = |id: &str| format!("---\nkind: release\nid: {id}\ntype: minor\n");
    match kind {
        "phases" => {
            let _ = write!(text, "{}phases:\n  - {{id: p0, start: 2026-11-02}}\n", head("r"));
            (1..n).for_each(|p| {
                let _ = writeln!(text, "  - {{id: p{p}, after: [p{} + 1ed], duration: 1d}}", p - 1);
            });
        }
        "milestones" => {
            let _ = write!(text, "{}milestones:\n  - {{id: m0, date: 2026-11-02}}\n", head("r"));
            (1..n).for_each(|m| {
                let _ = writeln!(text, "  - {{id: m{m}, after: [m{} + 1d]}}", m - 1);
            });
        }
        "releases" => (0..n).for_each(|r| {
            let before = if r > 0 { format!("depends_on: [r{}]\n", r - 1) } else { String::new() };
            let _ = writeln!(text, "{}{before}phases: [{{id: a, start: 2026-11-02}}]", head(&format!("r{r}")));
        }),
        _ => {
            let _ = writeln!(text, "{}phases: [{{id: hub, start: 2026-11-02}}]", head("hub"));
            (0..n).for_each(|r| {
                let _ = write!(
                    text,
                    "{}depends_on: [hub]\nphases: [{{id: a, after: hub/hub, duration: 2d}}]\n",
                    head(&format!("r{r}"))
                );
            });
        }
    }
    text
}

/// The quickest of two runs over a chain, graph and schedule.
fn quickest(kind: &str, n: usize) -> Duration {
    let (portfolio, _) = read(&chain(kind, n));
    let run = |_| {
        let begun = Instant::now();
        let graph = Graph::new(&portfolio);
        let schedule = Schedule::new(&portfolio, &graph, "2026-11-02".parse().unwrap());
        let took = begun.elapsed();
        let unplaced = schedule.releases.iter().flat_map(|it| &it.phases).filter(|it| it.planned.is_none()).count();
        assert_eq!(unplaced, 0, "{kind}");
        assert!(schedule.releases.iter().flat_map(|it| &it.milestones).all(|it| it.date.is_some()));
        schedule.critical_path(&portfolio, 0);
        crate::graph::order::releases(&portfolio, &graph);
        took
    };
    (0..2).map(run).min().unwrap()
}

#[test]
fn long_chains_neither_overflow_the_stack_nor_take_more_than_their_share() {
    for kind in ["phases", "milestones", "releases", "star"] {
        // Four times as much; a square would be sixteen times. The rest, and another try, is leeway for a busy machine.
        let is_linear = (0..4).any(|_| quickest(kind, 20_000) < quickest(kind, 5_000) * 10);
        assert!(is_linear, "{kind}: 20,000 take more than ten times as long as 5,000");
    }
}

//! The critical path: the phases that decide when a release ends.

use std::collections::HashSet;

use super::{Bound, Dates, Schedule, before, worker};
use crate::graph::Node;
use crate::model::Portfolio;
use crate::time::calendar::WorkCalendar;

/// Runs back from the phase that ends last along the entries that drive it; ties by id.
pub fn path(portfolio: &Portfolio, schedule: &Schedule, release: usize) -> Vec<(usize, usize)> {
    let mut path = Vec::new();
    let mut seen = HashSet::new();
    let mut at = last_phase(portfolio, schedule, release);
    while let Some((r, p)) = at {
        if !seen.insert((r, p)) {
            break;
        }
        path.push((r, p));
        at = driver(portfolio, schedule, r, p);
    }
    path.reverse();
    path
}

/// The phase of a release, or of its children, that ends last.
fn last_phase(portfolio: &Portfolio, schedule: &Schedule, release: usize) -> Option<(usize, usize)> {
    let family = portfolio.family(release).into_iter();
    let phases = family.flat_map(|r| (0..schedule.releases[r].phases.len()).map(move |p| (r, p)));
    let ends = phases.filter_map(|(r, p)| Some((schedule.phase(r, p).planned?.end, (r, p))));
    // The latest end first; of several, the first by id.
    let last = ends.max_by(|(end, phase), (other_end, other)| {
        end.cmp(other_end).then_with(|| name(portfolio, *other).cmp(&name(portfolio, *phase)))
    });
    last.map(|(_, phase)| phase)
}

fn name(portfolio: &Portfolio, (r, p): (usize, usize)) -> (&str, &str) {
    let release = &portfolio.releases[r];
    (&release.id, &release.phases[p].id)
}

/// The phase that keeps another from starting earlier.
fn driver(portfolio: &Portfolio, schedule: &Schedule, r: usize, p: usize) -> Option<(usize, usize)> {
    let bounds = &schedule.phase(r, p).bounds;
    let driving = bounds.iter().filter(|bound| drives(portfolio, schedule, Node::Phase(r, p), bound));
    let through = driving.filter_map(|bound| phase_behind(portfolio, schedule, bound.from));
    through.min_by_key(|&phase| name(portfolio, phase))
}

/// Whether a bound of a phase or milestone is one that keeps it from being earlier.
pub fn drives(portfolio: &Portfolio, schedule: &Schedule, node: Node, bound: &Bound) -> bool {
    match node {
        Node::Phase(r, p) => {
            let release = &portfolio.releases[r];
            let Some(dates) = schedule.phase(r, p).planned else { return false };
            holds(worker(portfolio, release, &release.phases[p]).calendar(), dates, bound)
        }
        Node::Milestone(r, m) => {
            schedule.releases[r].milestones[m].date.is_some_and(|date| bound.milestone_day() >= date)
        }
        Node::Project(_) | Node::Start(_) | Node::Finish(_) | Node::Gate(..) => false,
    }
}

/// Whether a bound keeps a phase with these dates from being earlier.
pub fn holds(calendar: &WorkCalendar, dates: Dates, bound: &Bound) -> bool {
    if bound.of_end {
        calendar.next_working(before(bound.not_before)) >= dates.end
    } else {
        calendar.next_working(bound.not_before) >= dates.start
    }
}

/// The phase that decides a node: itself, what drives a milestone, or what ends last in a release.
fn phase_behind(portfolio: &Portfolio, schedule: &Schedule, mut node: Node) -> Option<(usize, usize)> {
    loop {
        match node {
            Node::Phase(r, p) => return Some((r, p)),
            Node::Finish(r) => return last_phase(portfolio, schedule, r),
            Node::Milestone(r, m) => {
                let milestone = &schedule.releases[r].milestones[m];
                let driving = milestone.bounds.iter().filter(|bound| drives(portfolio, schedule, node, bound));
                node = driving.map(|bound| bound.from).min_by_key(|&from| label(portfolio, from))?;
            }
            Node::Start(_) | Node::Project(_) | Node::Gate(..) => return None,
        }
    }
}

/// The ids of a node, for ties.
fn label(portfolio: &Portfolio, node: Node) -> (&str, &str) {
    match node {
        Node::Phase(r, p) => name(portfolio, (r, p)),
        Node::Milestone(r, m) => (&portfolio.releases[r].id, &portfolio.releases[r].milestones[m].id),
        _ => node.release().map_or(("", ""), |r| (&portfolio.releases[r].id, "")),
    }
}

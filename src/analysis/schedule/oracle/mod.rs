//! A second reading of the design, for tests: no graph and no order, only loops over days and over everything until
//! nothing changes. Slow and plain on purpose; where the design leaves room, the decision is noted as *Decided*.

mod days;

use chrono::NaiveDate;

use super::{Dates, MilestoneSchedule, PhaseSchedule, ReleaseSchedule, Schedule, written_end, written_start};
use crate::graph::Node;
use crate::model::Portfolio;
use crate::model::release::{Dependency, Link, Phase};

use days::{Entry, Length, Worked, count};

pub(super) use days::plus;

/// The latest day of a milestone that what waits for it allows.
fn latest_day(planned: NaiveDate, after: &[(&Entry<'_>, Dates)]) -> Option<NaiveDate> {
    let fits = |day: &NaiveDate| after.iter().all(|(entry, target)| entry.holds(one(*day), *target));
    (!after.is_empty()).then(|| (0..1400).map(|back| plus(planned, 700 - back)).find(fits))?
}

pub(super) struct Oracle<'p> {
    portfolio: &'p Portfolio,
    today: NaiveDate,
    entries: Vec<Entry<'p>>,
    /// What waits for itself.
    looped: Vec<Node>,
    /// The parents of each release, nearest first.
    parents: Vec<Vec<usize>>,
}

/// Dates of phases and milestones, by release and place.
#[derive(Clone, PartialEq)]
struct State {
    phases: Vec<Vec<Option<Dates>>>,
    milestones: Vec<Vec<Option<NaiveDate>>>,
}

const fn one(day: NaiveDate) -> Dates {
    Dates { start: day, end: day }
}

impl<'p> Oracle<'p> {
    pub(super) fn new(portfolio: &'p Portfolio, today: NaiveDate) -> Self {
        let parents = (0..portfolio.releases.len()).map(|r| portfolio.ancestors(r)).collect();
        let mut oracle = Self { portfolio, today, entries: Vec::new(), looped: Vec::new(), parents };
        oracle.collect();
        oracle
    }

    fn tree(&self, release: usize) -> Vec<usize> {
        (0..self.portfolio.releases.len()).filter(|&r| r == release || self.parents[r].contains(&release)).collect()
    }

    fn node(&self, release: usize, dependency: &Dependency) -> Option<Node> {
        let r = match &dependency.release {
            Some(id) => self.portfolio.releases.index(id)?,
            None => release,
        };
        let there = &self.portfolio.releases[r];
        let phase = there.phases.iter().position(|phase| phase.id == dependency.phase).map(|n| Node::Phase(r, n));
        let milestone =
            || there.milestones.iter().position(|it| it.id == dependency.phase).map(|n| Node::Milestone(r, n));
        phase.or_else(milestone)
    }

    /// Every entry that is not part of a cycle. A `depends_on` holds for each phase of the release and of those below
    /// it. *Decided*: not for milestones, and its lag uses the calendar of the release that wrote it.
    fn collect(&mut self) {
        let p = self.portfolio;
        let mut edges: Vec<(Node, Node)> = Vec::new();
        let mut after = Vec::new();
        let mut wide = Vec::new();
        for (r, release) in p.releases.iter().enumerate() {
            if let Some(&parent) = p.ancestors(r).first() {
                edges.push((Node::Start(parent), Node::Start(r)));
                edges.push((Node::Finish(r), Node::Finish(parent)));
            }
            for (n, phase) in release.phases.iter().enumerate() {
                edges.push((Node::Start(r), Node::Phase(r, n)));
                edges.push((Node::Phase(r, n), Node::Finish(r)));
                let calendar = p.phase_calendar(release, phase.team.as_ref());
                after.extend(phase.after.iter().map(|it| (r, Node::Phase(r, n), it, calendar)));
            }
            for (n, milestone) in release.milestones.iter().enumerate() {
                let calendar = p.release_calendar(release);
                after.extend(milestone.after.iter().map(|it| (r, Node::Milestone(r, n), it, calendar)));
            }
            for it in &release.depends_on {
                if let Some(other) = p.releases.index(&it.release) {
                    wide.push((other, r, it.lag));
                    edges.push((Node::Finish(other), Node::Start(r)));
                }
            }
        }
        let after: Vec<_> =
            after.into_iter().filter_map(|(r, to, it, calendar)| Some((self.node(r, it)?, to, it, calendar))).collect();
        edges.extend(after.iter().map(|(from, to, ..)| (*from, *to)));
        let reaches = |from: Node, to: Node| {
            let mut seen = vec![from];
            let mut next = 0;
            while next < seen.len() {
                if seen[next] == to {
                    return true;
                }
                let more: Vec<Node> = edges.iter().filter(|edge| edge.0 == seen[next]).map(|edge| edge.1).collect();
                for node in more {
                    if !seen.contains(&node) {
                        seen.push(node);
                    }
                }
                next += 1;
            }
            false
        };
        let mut entries = Vec::new();
        for (from, to, it, calendar) in after {
            if reaches(to, from) {
                self.looped.push(to);
            } else {
                entries.push(Entry { from, to, link: it.link, lag: it.lag, calendar });
            }
        }
        for (other, r, lag) in wide {
            if reaches(Node::Start(r), Node::Finish(other)) {
                continue;
            }
            let calendar = p.release_calendar(&p.releases[r]);
            for below in self.tree(r) {
                for n in 0..p.releases[below].phases.len() {
                    let (from, to) = (Node::Finish(other), Node::Phase(below, n));
                    entries.push(Entry { from, to, link: Link::FinishStart, lag, calendar });
                }
            }
        }
        self.entries = entries;
    }

    fn worked(&self, r: usize, n: usize) -> Worked<'p> {
        let release = &self.portfolio.releases[r];
        let phase = &release.phases[n];
        let calendar = self.portfolio.phase_calendar(release, phase.team.as_ref());
        Worked { calendar, written: [written_start(phase), written_end(phase)] }
    }

    fn phase(&self, r: usize, n: usize) -> &'p Phase {
        &self.portfolio.releases[r].phases[n]
    }

    /// *Decided*: between a written start and end lie their working days, both counted as worked.
    fn length(&self, r: usize, n: usize) -> Length {
        let (phase, calendar) = (self.phase(r, n), self.worked(r, n));
        match (written_start(phase), written_end(phase), &phase.duration) {
            (Some(start), Some(end), _) if start < end => {
                let between = count(calendar.calendar, plus(start, 1), end);
                Length::Working(between + 2)
            }
            (Some(_), Some(_), _) => Length::Working(1),
            (_, _, Some(duration)) => Length::of(duration.value.0, calendar.calendar),
            _ => Length::Working(1),
        }
    }

    fn blank(&self) -> State {
        State {
            phases: self.portfolio.releases.iter().map(|it| vec![None; it.phases.len()]).collect(),
            milestones: self.portfolio.releases.iter().map(|it| vec![None; it.milestones.len()]).collect(),
        }
    }

    /// First and last day of what is placed in a release; its target when nothing is. *Decided*: also when its phases
    /// cannot be placed, for it promises to be finished then.
    fn span(&self, state: &State, r: usize) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let release = &self.portfolio.releases[r];
        let own = state.phases[r].iter().flatten();
        let mut start = own.clone().map(|it| it.start).min();
        let mut end = own.map(|it| it.end).max();
        for child in self.tree(r).into_iter().filter(|&child| self.parents[child].first() == Some(&r)) {
            let below = self.span(state, child);
            start = start.into_iter().chain(below.0).min();
            end = end.max(below.1);
        }
        (start, end.or(release.target.as_ref().map(|target| target.value)))
    }

    /// The dates of what comes first. `Err` when they are not known; `Ok(None)` for a release that says nothing.
    fn source(&self, state: &State, node: Node) -> Result<Option<Dates>, ()> {
        match node {
            Node::Phase(r, n) => state.phases[r][n].map(Some).ok_or(()),
            Node::Milestone(r, n) => state.milestones[r][n].map(|day| Some(one(day))).ok_or(()),
            Node::Finish(r) => Ok(self.span(state, r).1.map(one)),
            _ => Ok(None),
        }
    }

    /// What the network demands of a node that has no written dates. *Decided*: it has no dates when something it
    /// follows has none, when it waits for itself, or when it follows nothing that exists.
    fn sources(&self, state: &State, to: Node) -> Option<Vec<(&Entry<'p>, Dates)>> {
        if self.looped.contains(&to) {
            return None;
        }
        let mut found = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.to == to) {
            if let Some(dates) = self.source(state, entry.from).ok()? {
                found.push((entry, dates));
            }
        }
        found.iter().any(|(entry, _)| !matches!(entry.from, Node::Finish(_))).then_some(found)
    }

    /// The first placement on a working day from `floor` on that every source allows.
    fn earliest(&self, r: usize, n: usize, floor: Option<NaiveDate>, sources: &[(&Entry<'p>, Dates)]) -> Option<Dates> {
        let (calendar, length) = (self.worked(r, n), self.length(r, n));
        let fits = |dates: Dates| {
            floor.is_none_or(|floor| dates.start >= floor)
                && sources.iter().all(|(entry, source)| entry.holds(*source, dates))
        };
        let reach =
            |entry: &Entry<'_>, source: &Dates| entry.lagged(source.start).min(entry.lagged(plus(source.end, 1)));
        let last = sources.iter().map(|(entry, source)| reach(entry, source)).chain(floor).max()?;
        // Nothing a phase waits for lies further away than its own length from the latest bound.
        let first = length.start(&calendar, plus(last, -40));
        (0..100_000)
            .map(|n| plus(first, n))
            .filter(|day| calendar.on(*day))
            .map(|start| Dates { start, end: length.finish(&calendar, start) })
            .find(|dates| fits(*dates))
    }

    fn plan_phase(&self, state: &State, r: usize, n: usize) -> Option<Dates> {
        let (phase, calendar, length) = (self.phase(r, n), self.worked(r, n), self.length(r, n));
        match (written_start(phase), written_end(phase), &phase.duration) {
            (Some(start), Some(end), _) => Some(Dates { start, end }),
            (Some(start), None, _) => Some(Dates { start, end: length.finish(&calendar, start) }),
            (None, Some(end), Some(_)) => Some(Dates { start: length.start(&calendar, end), end }),
            (None, None, Some(_)) if !phase.after.is_empty() => {
                self.earliest(r, n, None, &self.sources(state, Node::Phase(r, n))?)
            }
            _ => None,
        }
    }

    fn settle(&self, mut step: impl FnMut(&State) -> State) -> State {
        let mut state = self.blank();
        loop {
            let next = step(&state);
            if next == state {
                return state;
            }
            state = next;
        }
    }

    fn each(
        &self,
        phase: impl Fn(usize, usize) -> Option<Dates>,
        milestone: impl Fn(usize, usize) -> Option<NaiveDate>,
    ) -> State {
        let mut state = self.blank();
        for r in 0..state.phases.len() {
            for n in 0..state.phases[r].len() {
                state.phases[r][n] = phase(r, n);
            }
            for n in 0..state.milestones[r].len() {
                state.milestones[r][n] = milestone(r, n);
            }
        }
        state
    }

    fn written_milestone(&self, r: usize, n: usize) -> Option<NaiveDate> {
        self.portfolio.releases[r].milestones[n].date.as_ref().map(|date| date.value)
    }

    fn plan(&self) -> State {
        self.settle(|state| {
            self.each(
                |r, n| self.plan_phase(state, r, n),
                |r, n| {
                    self.written_milestone(r, n).or_else(|| {
                        let sources = self.sources(state, Node::Milestone(r, n))?;
                        sources.iter().map(|(entry, source)| entry.milestone(*source)).max()
                    })
                },
            )
        })
    }

    fn target(&self, r: usize) -> Option<NaiveDate> {
        self.portfolio.releases[r].target.as_ref().map(|date| date.value)
    }

    fn anchor(&self, plan: &State, r: usize) -> Option<NaiveDate> {
        let mut targets: Vec<NaiveDate> = self.target(r).into_iter().collect();
        targets.extend(self.parents[r].iter().copied().filter_map(|it| self.target(it)));
        targets.into_iter().min().or(self.span(plan, r).1)
    }

    /// The latest placement not after the limit for which every successor, at the given dates, may stay. Working days,
    /// and the planned placement itself, which may lie on days off because it was written so.
    fn latest(
        &self,
        plan: &State,
        (r, n): (usize, usize),
        limit: NaiveDate,
        after: &[(&Entry<'p>, Dates)],
    ) -> Option<Dates> {
        let (calendar, length, planned) = (self.worked(r, n), self.length(r, n), plan.phases[r][n]?);
        (0..100_000).map(|back| plus(limit, -back)).find_map(|start| {
            let dates = if start == planned.start {
                planned
            } else if calendar.on(start) {
                Dates { start, end: length.finish(&calendar, start) }
            } else {
                return None;
            };
            let fits = dates.end <= limit && after.iter().all(|(entry, target)| entry.holds(dates, *target));
            fits.then_some(dates)
        })
    }

    fn waits_for(&self, entry: &Entry<'_>, r: usize, n: usize) -> bool {
        match entry.from {
            Node::Phase(..) => entry.from == Node::Phase(r, n),
            Node::Finish(other) => other == r || self.parents[r].contains(&other),
            _ => false,
        }
    }

    /// What the successors of an entry must keep: late dates, or written ones when they are earlier.
    /// *Decided*: when one end is written the other stands as well.
    fn promised(&self, plan: &State, late: &State, to: Node) -> Option<Dates> {
        match to {
            Node::Phase(r, n) => {
                let (planned, phase) = (plan.phases[r][n]?, self.phase(r, n));
                let is_fixed = written_start(phase).is_some() || written_end(phase).is_some();
                let Some(late) = late.phases[r][n] else { return is_fixed.then_some(planned) };
                Some(if is_fixed {
                    Dates { start: late.start.min(planned.start), end: late.end.min(planned.end) }
                } else {
                    late
                })
            }
            Node::Milestone(r, n) => {
                plan.milestones[r][n]?;
                late.milestones[r][n].into_iter().chain(self.written_milestone(r, n)).min().map(one)
            }
            _ => None,
        }
    }

    fn late(&self, plan: &State) -> State {
        self.settle(|state| {
            self.each(
                |r, n| {
                    let waits = |entry: &Entry<'_>| self.waits_for(entry, r, n);
                    let after = self.after(waits, |to| self.promised(plan, state, to));
                    self.latest(plan, (r, n), self.anchor(plan, r)?, &after)
                },
                |r, n| {
                    let planned = plan.milestones[r][n]?;
                    let waits = |entry: &Entry<'_>| entry.from == Node::Milestone(r, n);
                    latest_day(planned, &self.after(waits, |to| self.promised(plan, state, to)))
                },
            )
        })
    }

    /// What must not move so that nothing else does. A milestone that follows from others is no promise of its own: what
    /// waits for it counts instead.
    fn unmoved(&self, plan: &State, node: Node) -> Option<Dates> {
        match node {
            Node::Phase(r, n) => plan.phases[r][n],
            Node::Milestone(r, n) => {
                let planned = plan.milestones[r][n]?;
                self.written_milestone(r, n).map(one).or_else(|| {
                    let after = self.after(|entry| entry.from == node, |to| self.unmoved(plan, to));
                    latest_day(planned, &after).map(one)
                })
            }
            _ => None,
        }
    }

    fn after(
        &self,
        waits: impl Fn(&Entry<'_>) -> bool,
        dates: impl Fn(Node) -> Option<Dates>,
    ) -> Vec<(&Entry<'p>, Dates)> {
        self.entries.iter().filter(|entry| waits(entry)).filter_map(|entry| Some((entry, dates(entry.to)?))).collect()
    }

    /// Working days until something else must move; the total slack of a phase that nothing waits for.
    /// *Decided*: a release that depends on this one waits too.
    fn free(&self, plan: &State, r: usize, n: usize, total: Option<i64>) -> Option<i64> {
        let planned = plan.phases[r][n]?;
        let after = self.after(|entry| self.waits_for(entry, r, n), |to| self.unmoved(plan, to));
        if after.is_empty() {
            return total;
        }
        let calendar = self.portfolio.release_calendar(&self.portfolio.releases[r]);
        let far = plus(after.iter().map(|(_, dates)| dates.end).chain([planned.end]).max()?, 400);
        let latest = self.latest(plan, (r, n), far, &after)?;
        Some(count(calendar, planned.start, latest.start))
    }

    fn is_over(&self, r: usize) -> bool {
        self.portfolio.releases[r].status().is_over()
    }

    fn forecast_phase(&self, plan: &State, state: &State, r: usize, n: usize) -> Option<Dates> {
        let (phase, calendar, length) = (self.phase(r, n), self.worked(r, n), self.length(r, n));
        let (planned, today, over) = (plan.phases[r][n], self.today, self.is_over(r));
        let actual = phase.actual.as_ref();
        let began = actual.and_then(|it| it.start.as_ref()).map(|it| it.value);
        if let Some(end) = actual.and_then(|it| it.end.as_ref()).map(|it| it.value) {
            let start = began.or_else(|| planned.map(|it| it.start.min(end))).unwrap_or(end);
            return Some(Dates { start, end });
        }
        let progress = phase.progress.as_ref().map(|it| it.value.0);
        let started = began.or_else(|| progress.and(planned.map(|it| it.start)));
        if let Some(start) = started {
            let whole = match planned {
                Some(planned) if planned.start == start => planned.end,
                _ => length.finish(&calendar, start),
            };
            let end = match progress {
                _ if over => whole,
                None => whole.max(today),
                // *Decided*: with nothing left, it ended on the last day of work before today.
                Some(100) => {
                    let mut day = plus(today.max(start), -1);
                    while !calendar.on(day) {
                        day = plus(day, -1);
                    }
                    day.max(start)
                }
                Some(progress) => {
                    // *Decided*: elapsed time goes on over days off.
                    let remaining = length.remaining(progress);
                    let on = if matches!(remaining, Length::Working(_)) { calendar.next(today) } else { today };
                    remaining.finish(&calendar, if today > start { on } else { start })
                }
            };
            return Some(Dates { start, end });
        }
        let planned = planned?;
        let sources: Vec<_> = self
            .entries
            .iter()
            .filter(|entry| entry.to == Node::Phase(r, n))
            .filter_map(|entry| Some((entry, self.forecast_source(state, entry.from)?)))
            .collect();
        let pushed = !over && today > planned.start;
        if !pushed && sources.iter().all(|(entry, source)| entry.holds(*source, planned)) {
            return Some(planned);
        }
        self.earliest(r, n, Some(if over { planned.start } else { planned.start.max(today) }), &sources)
    }

    fn forecast_source(&self, state: &State, node: Node) -> Option<Dates> {
        match node {
            Node::Finish(r) => self.forecast_span(state, r).1.map(one),
            other => self.source(state, other).ok().flatten(),
        }
    }

    /// *Decided*: what a release itself says under `actual` goes before what its phases say; an open release without
    /// phases cannot end before today.
    fn forecast_span(&self, state: &State, r: usize) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let release = &self.portfolio.releases[r];
        let mut start = state.phases[r].iter().flatten().map(|it| it.start).min();
        let mut end = state.phases[r].iter().flatten().map(|it| it.end).max();
        let tree = self.tree(r);
        for &child in tree.iter().filter(|&&child| self.parents[child].first() == Some(&r)) {
            let below = self.forecast_span(state, child);
            start = start.into_iter().chain(below.0).min();
            end = end.max(below.1);
        }
        if end.is_none() {
            end = self.target(r).map(|day| if self.is_over(r) { day } else { day.max(self.today) });
        }
        let actual = release.actual.as_ref();
        let began = actual.and_then(|it| it.start.as_ref()).map(|it| it.value);
        let ended = actual.and_then(|it| it.end.as_ref()).map(|it| it.value);
        (began.or(start), ended.or(end))
    }

    fn forecast(&self, plan: &State) -> State {
        self.settle(|state| {
            self.each(
                |r, n| self.forecast_phase(plan, state, r, n),
                |r, n| {
                    let milestone = &self.portfolio.releases[r].milestones[n];
                    if let Some(actual) = &milestone.actual {
                        return Some(actual.value);
                    }
                    // *Decided*: a milestone that follows from others is reached with them.
                    let Some(planned) = self.written_milestone(r, n) else {
                        let sources = self.sources(state, Node::Milestone(r, n))?;
                        return sources.iter().map(|(entry, source)| entry.milestone(*source)).max();
                    };
                    let to = Node::Milestone(r, n);
                    let waited = self.entries.iter().filter(|entry| entry.to == to);
                    let network =
                        waited.filter_map(|entry| Some(entry.milestone(self.forecast_source(state, entry.from)?)));
                    let today = (!self.is_over(r)).then_some(self.today);
                    network.chain([planned]).chain(today).max()
                },
            )
        })
    }

    pub(super) fn schedule(&self) -> Schedule {
        let plan = self.plan();
        let late = self.late(&plan);
        let forecast = self.forecast(&plan);
        let mut releases: Vec<ReleaseSchedule> = Vec::new();
        for (r, release) in self.portfolio.releases.iter().enumerate() {
            let calendar = self.portfolio.release_calendar(release);
            let phases: Vec<PhaseSchedule> = (0..release.phases.len())
                .map(|n| {
                    let (planned, late) = (plan.phases[r][n], late.phases[r][n]);
                    let slack = planned.zip(late).map(|(planned, late)| count(calendar, planned.start, late.start));
                    let free_slack = self.free(&plan, r, n, slack);
                    let forecast = forecast.phases[r][n];
                    PhaseSchedule { planned, late, forecast, slack, free_slack, ..PhaseSchedule::default() }
                })
                .collect();
            let milestones = (0..release.milestones.len())
                .map(|n| MilestoneSchedule {
                    date: plan.milestones[r][n],
                    forecast: forecast.milestones[r][n],
                    late: late.milestones[r][n],
                    ..MilestoneSchedule::default()
                })
                .collect();
            let (planned_start, planned_end) = self.span(&plan, r);
            let (forecast_start, forecast_end) = self.forecast_span(&forecast, r);
            releases.push(ReleaseSchedule {
                planned_start,
                planned_end,
                forecast_start,
                forecast_end,
                anchor: self.anchor(&plan, r),
                lateness: forecast_end.zip(self.target(r)).map(|(end, target)| (end - target).num_days()),
                slack: None,
                phases,
                milestones,
            });
        }
        for r in 0..releases.len() {
            let tree = self.tree(r);
            releases[r].slack = tree.iter().flat_map(|&it| &releases[it].phases).filter_map(|it| it.slack).min();
        }
        Schedule { releases }
    }
}

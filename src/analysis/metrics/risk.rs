//! The risk of a release that is not over: a score from 0 to 100, with everything that adds to it.
//!
//! Each aspect has a weight and an exposure from 0 to 1. The score is the exposure of all aspects together, weighted; an aspect
//! that nobody can judge is left out of it, and said to be, so that what is unknown neither hides nor adds risk.

use crate::diagnostic::wording::plural;
use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use super::dependencies::waits;
use super::{Base, scope_churn};
use crate::analysis::gates::{State, risk_level};
use crate::choice;
use crate::diagnostic::Span;
use crate::model::portfolio::Rating;
use crate::model::release::{RiskStatus, Status};
use crate::time::zone;

choice! {
    /// What makes a release risky.
    pub enum Aspect {
        /// Whether it is late, or has no room to be.
        Schedule = "schedule",
        /// What its gates lack, and how little time is left for it.
        Gates = "gates",
        /// Whether what it waits for comes late.
        Dependencies = "dependencies",
        /// How much its scope changed after it was locked.
        Scope = "scope",
        /// Whether others want its environments at the same time.
        Contention = "contention",
        /// The risks that people wrote down.
        Register = "register",
    }
}

/// The aspects with the most points each can add, in the order in which they are shown.
pub const WEIGHTS: [(Aspect, f64); 6] = [
    (Aspect::Schedule, 30.0),
    (Aspect::Gates, 20.0),
    (Aspect::Dependencies, 15.0),
    (Aspect::Register, 15.0),
    (Aspect::Scope, 10.0),
    (Aspect::Contention, 10.0),
];

/// Slack of so many working days or more is room enough.
const ROOM: f64 = 5.0;
/// So many calendar days of lateness are as bad as it gets.
const VERY_LATE: f64 = 10.0;
/// What a gate lacks begins to matter so many calendar days before its last day.
const SOON: i64 = 10;

/// What an aspect adds.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// The aspect.
    pub aspect: Aspect,
    /// The most points it can add.
    pub weight: f64,
    /// From 0, nothing to fear, to 1; none when nobody can tell.
    pub exposure: Option<f64>,
    /// Why, one reason each, without a full stop.
    pub why: Vec<String>,
    /// Where the first reason stands.
    pub span: Option<Span>,
}

impl Contribution {
    /// The points it adds.
    pub fn points(&self) -> f64 {
        self.exposure.unwrap_or_default() * self.weight
    }
}

/// The risk of a release.
#[derive(Debug, Clone, PartialEq)]
pub struct Risk {
    /// The release, by index.
    pub release: usize,
    /// From 0 to 100.
    pub score: f64,
    /// `low` below 25, `high` from 50 on.
    pub level: Rating,
    /// The level that people gave it by impact and complexity.
    pub rated: Option<Rating>,
    /// By aspect, in the order of [`WEIGHTS`].
    pub contributions: Vec<Contribution>,
}

/// The risks of the releases of these indices that are not over, the highest first, then by id.
pub fn risks(base: &Base<'_>, releases: &[usize]) -> Vec<Risk> {
    let known = Known { contention: contended(base), used: used(base) };
    let open = releases.iter().filter(|&&r| !base.portfolio().releases[r].status().is_over());
    let mut found: Vec<Risk> = open.map(|&r| of(base, &known, r)).collect();
    // Releases are sorted by id, and the sort keeps that order.
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found
}

/// What is looked up once for all releases.
struct Known {
    contention: Contention,
    used: HashMap<usize, usize>,
}

fn of(base: &Base<'_>, known: &Known, r: usize) -> Risk {
    let portfolio = base.portfolio();
    let mut contributions = alone(base, known, r);
    // What ships together is as risky in each aspect as the riskiest of its parts.
    let open = |part: &usize| *part != r && !portfolio.releases[*part].status().is_over();
    for part in portfolio.family(r).into_iter().filter(open) {
        for (own, other) in contributions.iter_mut().zip(alone(base, known, part)) {
            if other.exposure > own.exposure {
                let id = &portfolio.releases[part].id;
                let why = other.why.iter().map(|why| format!("{id}: {why}")).collect();
                *own = Contribution { why, ..other };
            }
        }
    }
    let judged: f64 = contributions.iter().filter(|it| it.exposure.is_some()).map(|it| it.weight).sum();
    let points: f64 = contributions.iter().map(Contribution::points).sum();
    let score = if judged > 0.0 { points / judged * 100.0 } else { 0.0 };
    let level = match score {
        ..25.0 => Rating::Low,
        25.0..50.0 => Rating::Medium,
        _ => Rating::High,
    };
    let rated = portfolio.releases[r].risk.as_deref().and_then(|risk| risk_level(portfolio, risk));
    Risk { release: r, score, level, rated, contributions }
}

/// What a release contributes by itself, its parts left out but for their days.
fn alone(base: &Base<'_>, known: &Known, r: usize) -> Vec<Contribution> {
    let judge = |(aspect, weight): (Aspect, f64)| {
        let mut out = Contribution { aspect, weight, exposure: None, why: Vec::new(), span: None };
        match aspect {
            Aspect::Schedule => schedule(base, r, &mut out),
            Aspect::Gates => gates(base, r, &mut out),
            Aspect::Dependencies => dependencies(base, r, &mut out),
            Aspect::Scope => scope(base, r, &mut out),
            Aspect::Contention => contention(base, known, r, &mut out),
            Aspect::Register => register(base, r, &mut out),
        }
        out
    };
    WEIGHTS.into_iter().map(judge).collect()
}

fn schedule(base: &Base<'_>, r: usize, out: &mut Contribution) {
    let (release, dates) = (&base.portfolio().releases[r], &base.schedule().releases[r]);
    if let Some(late) = dates.lateness.filter(|late| *late > 0) {
        out.exposure = Some(0.6 + 0.4 * (late as f64 / VERY_LATE).min(1.0));
        out.why.push(format!("the forecast ends {} after the target", plural(late, "day")));
        out.span = release.target.as_ref().map(|target| target.span);
    } else if let Some((margin, at, p)) = base.schedule().in_hand(base.portfolio(), r) {
        let phase = &base.portfolio().releases[at].phases[p];
        let name =
            if at == r { phase.id.to_string() } else { format!("{}/{}", base.portfolio().releases[at].id, phase.id) };
        out.exposure = Some(match margin {
            ..0 => 0.6,
            margin => 0.5 * (1.0 - (margin as f64 / ROOM).min(1.0)),
        });
        if (margin as f64) < ROOM {
            out.why.push(match margin {
                ..0 => format!("{name} will end {} too late for what follows", plural(-margin, "working day")),
                0 => format!("{name} cannot slip a day"),
                margin => format!("{name} can slip {}", plural(margin, "working day")),
            });
            out.span = Some(phase.id.span);
        }
    } else if is_placed(base, r) {
        out.exposure = Some(0.0);
    } else {
        out.why.push("no phase of it has dates".to_owned());
    }
    let today = base.today();
    let overdue = release.phases.iter().enumerate().filter(|(p, phase)| {
        let planned = base.schedule().phase(r, *p).planned;
        phase.actual_end().is_none()
            && phase.progress.as_ref().is_none_or(|it| it.0 < 100)
            && planned.is_some_and(|it| it.end < today)
    });
    let overdue: Vec<_> = overdue.map(|(_, phase)| phase).collect();
    if let Some(first) = overdue.first() {
        out.exposure = Some((out.exposure.unwrap_or_default() + 0.2).min(1.0));
        let ids: Vec<&str> = overdue.iter().map(|phase| phase.id.as_str()).collect();
        out.why.push(format!("{} should have ended", ids.join(", ")));
        out.span = out.span.or(Some(first.id.span));
    }
}

/// Whether any phase of a release or of its parts has dates.
fn is_placed(base: &Base<'_>, r: usize) -> bool {
    let family = base.portfolio().family(r).into_iter();
    family.flat_map(|part| &base.schedule().releases[part].phases).any(|phase| phase.planned.is_some())
}

fn gates(base: &Base<'_>, r: usize, out: &mut Contribution) {
    let today = base.today();
    let gates: Vec<_> = base.gates_of(r).collect();
    if gates.is_empty() {
        out.exposure = Some(0.0);
        return;
    }
    let mut sum = 0.0;
    for gate in &gates {
        let left = gate.due.map(|due| (due - today).num_days());
        let asked = gate.criteria.len() + gate.demanded();
        let lacks = asked - gate.met() - gate.given();
        let share = if asked == 0 { 1.0 } else { lacks as f64 / asked as f64 };
        let (own, why) = match gate.state {
            State::Passed => continue,
            State::Rejected => (1.0, "was rejected".to_owned()),
            State::Overdue => (1.0, format!("is {} overdue", plural(-left.unwrap_or_default(), "day"))),
            State::Stale => (0.8, "was approved before what it is about changed".to_owned()),
            State::Pending => {
                let near = left.map_or(0.5, |left| 1.0 - (left as f64 / SOON as f64).clamp(0.0, 1.0));
                let when =
                    left.map_or_else(|| "no due day".to_owned(), |left| format!("due in {}", plural(left, "day")));
                (0.7 * near * share, format!("lacks {lacks} of {asked}, {when}"))
            }
        };
        sum += own;
        if own > 0.0 {
            out.why.push(format!("{} {why}", gate.id));
            out.span = out.span.or(Some(gate.written.map_or(gate.id.span, |written| written.id.span)));
        }
    }
    // One gate that says no is half of the worst and two are all of it, however many others pass.
    out.exposure = Some((sum / 2.0).min(1.0).max(sum / gates.len() as f64));
}

fn dependencies(base: &Base<'_>, r: usize, out: &mut Contribution) {
    let waits = waits(base, r);
    let (mut open, mut late) = (0.0_f64, 0.0_f64);
    let mut unknown = Vec::new();
    for wait in waits.iter().filter(|wait| wait.actual.is_none()) {
        let is_cancelled = base.portfolio().releases[wait.on].status() == Status::Cancelled;
        let slip = wait.forecast.zip(wait.promised).map(|(forecast, promised)| (forecast - promised).num_days());
        open += 1.0;
        let why = match slip {
            _ if is_cancelled => {
                late += 1.0;
                format!("{} was cancelled", wait.name)
            }
            Some(slip @ 1..) => {
                late += 0.5 + 0.5 * (slip as f64 / VERY_LATE).min(1.0);
                format!("{} is {} late", wait.name, plural(slip, "day"))
            }
            Some(_) => continue,
            None => {
                open -= 1.0;
                unknown.push(wait.name.as_str());
                continue;
            }
        };
        out.why.push(why);
        out.span = out.span.or(Some(wait.span));
    }
    if !unknown.is_empty() {
        out.why.push(format!("nobody can tell when {} will end", unknown.join(", ")));
        if open == 0.0 {
            return;
        }
    }
    // Each thing that is waited for can come late: a little risk even when all is well.
    let exposure = if open > 0.0 { (late + 0.1 * open).min(1.0) } else { 0.0 };
    if open > 0.0 && late == 0.0 {
        out.why.push(format!("waits for {open} in other releases, none later than planned"));
    }
    out.exposure = Some(exposure);
}

fn scope(base: &Base<'_>, r: usize, out: &mut Contribution) {
    let release = &base.portfolio().releases[r];
    match scope_churn::of(base, r, release) {
        Some(Ok(churn)) => {
            let changed = churn.added + churn.removed;
            let share = if changed == 0 { 0.0 } else { changed as f64 / churn.at_lock.max(1) as f64 };
            out.exposure = Some((share * 2.0).min(1.0));
            if changed > 0 {
                out.why.push(format!("{changed} of {} projects changed since it was locked", churn.at_lock));
                out.span = release.scope.first().map(|item| item.span);
            }
        }
        Some(Err(why)) => out.why.push(why.to_owned()),
        None if release.scope_locked_by.is_some() => out.exposure = Some(0.0),
        None => out.why.push("no gate locks its scope (`scope_locked_by`)".to_owned()),
    }
}

/// An environment that a release shares with too many from a day on.
struct Contended {
    environment: usize,
    from: NaiveDate,
    span: Span,
}

/// By release: the environments that are overbooked while it uses them, from now on, each once.
type Contention = HashMap<usize, Vec<Contended>>;

fn contended(base: &Base<'_>) -> Contention {
    let (portfolio, occupancy) = (base.portfolio(), base.input.occupancy);
    let now = base.input.gates.clock.now;
    let mut found = Contention::new();
    for environment in 0..portfolio.environments.len() {
        let bookings = occupancy.of(environment);
        let zone = portfolio.zone_of(&portfolio.environments[environment]);
        for conflict in occupancy.conflicts_from(portfolio, environment, now) {
            let from = zone::local(conflict.time.start, zone).date();
            for place in occupancy.taking_part(&conflict) {
                let Some(release) = bookings[place].release else { continue };
                let own = found.entry(release).or_default();
                if !own.iter().any(|it| it.environment == environment) {
                    own.push(Contended { environment, from, span: bookings[place].span });
                }
            }
        }
    }
    found
}

/// How many environments each release uses from now on.
fn used(base: &Base<'_>) -> HashMap<usize, usize> {
    let now = base.input.gates.clock.now;
    let mut found: HashMap<usize, BTreeSet<usize>> = HashMap::new();
    for booking in base.input.occupancy.bookings().iter().filter(|booking| booking.time.end > now) {
        if let Some(release) = booking.release {
            found.entry(release).or_default().insert(booking.environment);
        }
    }
    found.into_iter().map(|(release, environments)| (release, environments.len())).collect()
}

fn contention(base: &Base<'_>, known: &Known, r: usize, out: &mut Contribution) {
    let own = known.contention.get(&r).map_or(&[][..], Vec::as_slice);
    for it in own {
        out.why.push(format!("{} is overbooked from {}", base.portfolio().environments[it.environment].id, it.from));
    }
    out.span = own.first().map(|it| it.span);
    let used = known.used.get(&r).copied().unwrap_or_default();
    let share = own.len() as f64 / used.max(1) as f64;
    out.exposure = Some(if own.is_empty() { 0.0 } else { share.clamp(0.5, 1.0) });
}

const fn points(rating: Option<Rating>) -> f64 {
    match rating {
        Some(Rating::Low) => 1.0,
        Some(Rating::High) => 3.0,
        Some(Rating::Medium) | None => 2.0,
    }
}

fn register(base: &Base<'_>, r: usize, out: &mut Contribution) {
    let portfolio = base.portfolio();
    let Some(risk) = portfolio.releases[r].risk.as_deref() else {
        out.why.push("nobody wrote down its risk".to_owned());
        return;
    };
    let rated = match risk_level(portfolio, risk) {
        Some(Rating::High) => 0.6,
        Some(Rating::Medium) => 0.3,
        Some(Rating::Low) | None => 0.0,
    };
    if let Some(level) = risk_level(portfolio, risk).filter(|level| *level != Rating::Low) {
        out.why.push(format!("rated {level}"));
        out.span = risk.impact.as_ref().or(risk.complexity.as_ref()).map(|it| it.span);
    }
    let mut worst: f64 = 0.0;
    for item in risk.register.iter().filter(|item| item.status.unwrap_or(RiskStatus::Open) == RiskStatus::Open) {
        let overdue = item.due.as_ref().is_some_and(|due| due.value < base.today());
        let own = points(item.likelihood) * points(item.impact) / 9.0;
        worst = worst.max(own * if overdue || item.mitigation.is_none() { 1.0 } else { 0.7 });
        let more = match (overdue, item.mitigation.is_some()) {
            (true, _) => ", its mitigation overdue",
            (false, false) => ", nothing done about it",
            _ => "",
        };
        out.why.push(format!("{} is open{more}", item.id));
        out.span = out.span.or(Some(item.id.span));
    }
    out.exposure = Some((rated * 0.5 + worst).min(1.0));
}

//! What time forbids and time allows again: freezes, windows, outages, maintenance, other people's bookings.

use chrono::{DateTime, Utc};

use super::{Case, Checked, Found, Obstacle, count};
use crate::analysis::occupancy::Booking;
use crate::analysis::windows::{self, Deploying, Entry, EnvironmentTimes, LOOK_AHEAD, Stretch, Times, always};
use crate::diagnostic::Subject;
use crate::model::portfolio::Freeze;
use crate::model::{Identified, Kind};
use crate::time::{Interval, plus_days, zone};

impl Case<'_> {
    /// From the instant asked about to where nobody looks any more.
    fn span(&self) -> Stretch {
        Interval { start: self.at, end: self.at + LOOK_AHEAD }
    }

    fn times(&self) -> EnvironmentTimes {
        EnvironmentTimes::new(self.facts.portfolio, self.place)
    }
}

/// Freezes that concern it, unless an exception holds.
pub fn freezes(case: &Case<'_>) -> Found {
    let portfolio = case.facts.portfolio;
    let projects = [&case.question.project.id];
    let what = Deploying { environment: case.place, projects: &projects, release: case.release };
    let concerned = portfolio.settings.freezes.iter().filter(|freeze| windows::concerns(portfolio, freeze, what));
    let concerned: Vec<&Freeze> = concerned.collect();
    let rule = "deploy-in-freeze";
    let checked = Checked { rule, what: count(concerned.len(), "freeze") };
    let obstacle = |freeze: &Freeze| {
        let open_until = excepted_until(case, freeze);
        let stretches = Times::freeze(freeze, portfolio.zone)?.during(case.span()).into_iter();
        let left = stretches.filter_map(|time| Interval::new(time.start.max(open_until), time.end));
        let name = freeze.common.name().map_or_else(String::new, |name| format!(" ({name})"));
        let refusal = case.release.and_then(|release| windows::refusal(freeze, release));
        let refusal = refusal.map_or_else(String::new, |(_, why)| format!("; {why}"));
        Some(Obstacle {
            rule,
            times: Interval::merge(left.collect()),
            message: format!("freeze `{}`{name} forbids it{refusal}", freeze.id),
            span: freeze.id.span,
            subject: Subject::new(Kind::Portfolio.as_str(), "").at(format!("freezes/{}", freeze.id)),
        })
    };
    (concerned.into_iter().filter_map(obstacle).collect(), checked)
}

/// Until when an exception lets the release through a freeze; for ever where it does not expire.
fn excepted_until(case: &Case<'_>, freeze: &Freeze) -> DateTime<Utc> {
    let exceptions = case.release.into_iter().flat_map(|release| windows::exceptions(freeze, release));
    let ends = exceptions.map(|except| match &except.expires {
        Some(expires) => zone::start_of_day(plus_days(expires.value, 1), case.facts.portfolio.zone),
        None => always().end,
    });
    ends.max().unwrap_or(always().start)
}

/// The deployment windows of the environment.
pub fn windows(case: &Case<'_>) -> Found {
    let times = case.times();
    let rule = "outside-window";
    let Some(first) = case.place.windows.first().filter(|_| times.limited) else {
        return (Vec::new(), Checked { rule, what: count(0, "deployment window") + ", so always open" });
    };
    let span = case.span();
    let mut closed = span.subtract(&times.open(span));
    // What lies beyond is not known.
    if let Some(last) = closed.last_mut().filter(|last| last.end == span.end) {
        last.end = always().end;
    }
    let obstacle = Obstacle {
        rule,
        times: closed,
        message: format!("no deployment window of `{}` is open", case.place.id),
        span: first.rrule.span,
        subject: case.place.subject().at("windows"),
    };
    (vec![obstacle], Checked { rule, what: count(times.windows.len(), "deployment window") })
}

/// Times in which the environment cannot be used.
pub fn outages(case: &Case<'_>) -> Found {
    let rule = "booked-during-outage";
    let outages = case.times().outages;
    let checked = Checked { rule, what: count(outages.len(), "outage") };
    let obstacle = |entry: &Entry| {
        let outage = &case.place.outages[entry.index];
        let why = outage.reason.as_ref().map_or_else(String::new, |reason| format!(": {}", reason.as_str()));
        let message = format!("`{}` is out of use{why}", case.place.id);
        stopped(case, entry, rule, message, format!("outages/{}", entry.index + 1))
    };
    (outages.iter().map(obstacle).collect(), checked)
}

/// Regular maintenance of the environment.
pub fn maintenance(case: &Case<'_>) -> Found {
    let rule = "booked-during-maintenance";
    let maintenance = case.times().maintenance;
    let checked = Checked { rule, what: count(maintenance.len(), "maintenance time") };
    let obstacle = |entry: &Entry| {
        let name = case.place.maintenance[entry.index].common.name();
        let name = name.map_or_else(String::new, |name| format!(": {name}"));
        let message = format!("`{}` is in maintenance{name}", case.place.id);
        stopped(case, entry, rule, message, format!("maintenance/{}", entry.index + 1))
    };
    (maintenance.iter().map(obstacle).collect(), checked)
}

fn stopped(case: &Case<'_>, entry: &Entry, rule: &'static str, message: String, path: String) -> Obstacle {
    let times = Interval::merge(entry.times.during(case.span()));
    Obstacle { rule, times, message, span: entry.times.span, subject: case.place.subject().at(path) }
}

/// Other releases, or bookings for none, that fill the environment or want it for themselves.
pub fn occupied(case: &Case<'_>) -> Found {
    let portfolio = case.facts.portfolio;
    let environment = case.question.environment;
    let own: Vec<usize> = case.question.release.map_or_else(Vec::new, |release| {
        portfolio.ancestors(release).into_iter().chain(portfolio.family(release)).collect()
    });
    let bookings = case.facts.occupancy.of(environment).iter();
    let others: Vec<_> = bookings
        .filter(|booking| !booking.tentative && booking.release.is_none_or(|release| !own.contains(&release)))
        .collect();
    let capacity = case.place.capacity();
    let levels = case.facts.occupancy.levels_of_others(portfolio, environment, &own);
    // What the release itself books may need more than one unit, or to be alone.
    let ours = |booking: &&Booking| booking.release.is_some_and(|release| own.contains(&release));
    let ours: Vec<&Booking> = case.facts.occupancy.of(environment).iter().filter(ours).collect();
    let mut taken: Vec<(Stretch, bool)> = Vec::new();
    for level in &levels {
        if level.exclusive || level.units >= capacity {
            taken.push((level.time, level.exclusive));
        }
        for booking in ours.iter().filter(|ours| ours.exclusive || level.units + ours.units > capacity) {
            taken.extend(level.time.intersect(&booking.held()).map(|time| (time, booking.exclusive)));
        }
    }
    let exclusive = taken.iter().any(|(time, exclusive)| *exclusive && time.contains(case.at));
    let full = levels.iter().any(|level| level.time.contains(case.at) && (level.exclusive || level.units >= capacity));
    let rule = if exclusive { "exclusive-overlap" } else { "over-capacity" };
    let coming = others.iter().filter(|booking| booking.time.end > case.at).count();
    let checked = Checked { rule, what: format!("{} of others from then on", count(coming, "booking")) };
    let mut there: Vec<_> = others.iter().filter(|booking| booking.held().contains(case.at)).collect();
    there.sort_by_key(|booking| (!booking.exclusive, std::cmp::Reverse(booking.units), booking.span));
    let names: Vec<String> = there.iter().map(|booking| format!("`{}`", booking.name(portfolio))).collect();
    let shown = match names.len() {
        0..=3 => names.join(", "),
        many => format!("{} and {} more", names[..3].join(", "), many - 3),
    };
    let how = match (full, exclusive) {
        (true, true) => "is booked exclusively by",
        (true, false) => "is fully booked by",
        (false, true) => "is wanted exclusively by the release, and used by",
        (false, false) => "has too little left for the release beside",
    };
    let obstacle = Obstacle {
        rule,
        times: Interval::merge(taken.iter().map(|(time, _)| *time).filter(|time| time.end > case.at).collect()),
        message: format!("`{}` {how} {shown}", case.place.id),
        span: there.first().map_or(case.place.id.span, |booking| booking.span),
        subject: there.first().map_or_else(|| case.place.subject(), |booking| booking.subject(portfolio)),
    };
    (vec![obstacle], checked)
}

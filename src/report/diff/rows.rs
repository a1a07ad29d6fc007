//! Every difference as a row, what matters most first.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::releases::decides;
use super::words::{amount, collision};
use super::{Area, ChangeView};
use crate::analysis::compare::{
    Both, Change, ChangeKind, Comparison, GateChange, Measure, Move, Period, ReleaseChange, Side, between,
};
use crate::diagnostic::{SourceMap, Span, Subject};

/// The rows of a comparison; the files of the base and of the head tell where things stand.
pub fn rows(head: &Side<'_>, comparison: &Comparison<'_>, sources: (&SourceMap, &SourceMap)) -> Vec<ChangeView> {
    let mut along: HashMap<&Subject, Vec<Subject>> = HashMap::new();
    for it in &comparison.moves {
        it.because.iter().for_each(|cause| along.entry(cause).or_default().push(it.subject.clone()));
    }
    let own: HashSet<&Subject> = comparison.moves.iter().filter(|it| it.is_written).map(|it| &it.subject).collect();
    let mut rows: Vec<ChangeView> = Vec::new();
    rows.extend(comparison.written.iter().map(|change| {
        let downstream = along.get(&change.subject).cloned().unwrap_or_default();
        let is_told = decides(change) && (!downstream.is_empty() || own.contains(&change.subject));
        ChangeView { downstream, is_told, ..written(change, sources) }
    }));
    comparison.moves.iter().for_each(|it| moved(&mut rows, head, it));
    comparison.releases.iter().for_each(|it| release(&mut rows, it));
    comparison.gates.iter().for_each(|it| gate(&mut rows, it));
    rows.extend(comparison.collisions.iter().map(|it| {
        let kind = match (it.days.before, it.days.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        let row = follows(kind, Area::Booking, &it.subject, "conflict", collision(it));
        ChangeView { days: it.growth(), ..row }
    }));
    rows.extend(comparison.amounts.iter().map(|it| {
        let field = match it.measure {
            Measure::Cost => "cost",
            Measure::SetupEffort => "setup_effort",
            Measure::Effort => "effort",
        };
        follows("changed", Area::Cost, &it.subject, field, it.value.map(|value| value.map(amount)))
    }));
    rows.sort_by(|a, b| {
        let key = |row: &ChangeView| (row.area, Reverse(row.days.map_or(0, i64::abs)));
        let field = |row: &ChangeView| row.field.starts_with("forecast.");
        (key(a), &a.subject, field(a), &a.field).cmp(&(key(b), &b.subject, field(b), &b.field))
    });
    rows
}

fn follows(kind: &'static str, area: Area, subject: &Subject, field: &str, value: Both<Option<String>>) -> ChangeView {
    ChangeView {
        kind,
        area,
        subject: subject.clone(),
        field: field.to_owned(),
        before: value.before,
        after: value.after,
        days: None,
        working_days: None,
        cause: "follows",
        because: Vec::new(),
        downstream: Vec::new(),
        file: None,
        line: None,
        is_told: false,
    }
}

fn written(change: &Change, sources: (&SourceMap, &SourceMap)) -> ChangeView {
    let kind = match change.kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Changed if change.days.is_some() => "moved",
        ChangeKind::Changed => "changed",
    };
    let (sources, place) = match change.place.after {
        Some(span) => (sources.1, Some(span)),
        None => (sources.0, change.place.before),
    };
    let at = |span: Span| (sources.path(span.file).to_owned(), sources.line(span.file, span.start));
    let (file, line) = place.map(at).unzip();
    ChangeView {
        days: change.days,
        cause: "written",
        file,
        line,
        ..follows(kind, area(change), &change.subject, &change.field, change.value.clone())
    }
}

/// What a written change is about.
fn area(change: &Change) -> Area {
    let Subject { kind, path, .. } = &change.subject;
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let part = if path.is_empty() { change.field.split('.').next().unwrap_or_default() } else { first };
    match (kind.as_str(), part) {
        ("release", "target" | "status" | "part_of" | "depends_on" | "calendar" | "actual") if path.is_empty() => {
            Area::Release
        }
        ("release", "") => Area::Release,
        ("release", "phases") if rest.contains("/environments/") => Area::Booking,
        ("release", "phases" | "milestones") => Area::Phase,
        ("release", "gates") | ("change", _) => Area::Gate,
        ("release", "scope") => Area::Scope,
        ("release", "deployment") | ("environment", _) => Area::Booking,
        _ => Area::Other,
    }
}

fn moved(rows: &mut Vec<ChangeView>, head: &Side<'_>, it: &Move) {
    let portfolio = head.portfolio();
    let Some(release) = portfolio.releases.get(&it.subject.id) else { return };
    let calendar = portfolio.release_calendar(release);
    let is_milestone = it.subject.path.starts_with("milestones/");
    let area = if it.subject.path.is_empty() { Area::Release } else { Area::Phase };
    for (which, dates) in [("planned", it.planned), ("forecast", it.forecast)] {
        for (end, value) in [("start", dates.map(|it: Period| it.start)), ("end", dates.map(|it| it.end))] {
            if !value.differs() {
                continue;
            }
            let distance = between(calendar, value);
            let end = if is_milestone { "date" } else { end };
            rows.push(ChangeView {
                days: distance.map(|it| it.days),
                working_days: distance.map(|it| it.working_days),
                cause: if it.is_written { "written" } else { "follows" },
                because: it.because.clone(),
                ..follows(
                    "moved",
                    area,
                    &it.subject,
                    &format!("{which}.{end}"),
                    value.map(|day| day.map(|day| day.to_string())),
                )
            });
        }
    }
}

fn release(rows: &mut Vec<ChangeView>, it: &ReleaseChange) {
    let number = |number: Option<i64>| number.map(|number| number.to_string());
    let by = |value: Both<Option<i64>>| value.before.zip(value.after).map(|(before, after)| after - before);
    let mut add = |area, field, value: Both<Option<String>>, days| {
        if value.differs() {
            rows.push(ChangeView { days, ..follows("changed", area, &it.subject, field, value) });
        }
    };
    let crosses = it.misses_target() || it.regains_target();
    let area = if crosses { Area::Target } else { Area::Release };
    add(area, "lateness_days", it.lateness.map(number), by(it.lateness));
    add(Area::Release, "slack_days", it.slack.map(number), None);
    add(Area::Release, "margin_days", it.margin.map(number), None);
    let path = Both::new(&it.critical_path.before, &it.critical_path.after);
    let path = path.map(|path| (!path.is_empty()).then(|| path.join(", ")));
    add(Area::Release, "critical_path", path, None);
}

fn gate(rows: &mut Vec<ChangeView>, it: &GateChange) {
    let text = |state: Option<crate::analysis::gates::State>| state.map(|state| state.as_str().to_owned());
    if it.state.differs() {
        let kind = match (it.state.before, it.state.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        rows.push(follows(kind, Area::Gate, &it.subject, "state", it.state.map(text)));
    }
    if it.due.differs() {
        let days = it.due.before.zip(it.due.after).map(|(before, after)| (after - before).num_days());
        let value = it.due.map(|day| day.map(|day| day.to_string()));
        rows.push(ChangeView { days, ..follows("moved", Area::Gate, &it.subject, "due", value) });
    }
    let sides = Both::new(&it.stale.before, &it.stale.after);
    let mut who: Vec<(&str, &str)> =
        sides.before.iter().chain(sides.after).map(|stale| (stale.role.as_str(), stale.by.as_str())).collect();
    who.sort_unstable();
    who.dedup();
    for (role, by) in who {
        let value = sides.map(|all| {
            all.iter().find(|stale| stale.role == role && stale.by == by).map(|stale| stale.changed.join(", "))
        });
        if value.before.is_none() || value.after.is_none() {
            let subject = Subject { path: format!("{}/approvals/{role}/{by}", it.subject.path), ..it.subject.clone() };
            rows.push(follows("changed", Area::Gate, &subject, "stale", value));
        }
    }
}

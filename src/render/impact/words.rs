//! What every format says in the same words.

use chrono::{Datelike, NaiveDate};

use crate::diagnostic::wording::{self, plural};
use crate::render::sheet::{Cell, Column, Sheet, Tone, day, of};
use crate::report::check::FindingView;
use crate::report::impact::{CollisionView, Impact, MissedView, MoveView, ReleaseEffect, Shift};

/// What was asked, as a title.
pub fn title(view: &Impact) -> String {
    let question = &view.question;
    let what = match (question.kind, &question.id, &question.slip, &question.branch) {
        ("slip", Some(id), Some(slip), _) => match slip.strip_prefix('-') {
            Some(lead) => format!("what if {id} is {lead} earlier"),
            None => format!("what if {id} slips {slip}"),
        },
        ("branch", _, _, Some(branch)) => format!("what {branch} does to the plan"),
        _ => "what if".to_owned(),
    };
    format!("{}{what}", of(view.portfolio.as_deref()))
}

/// The fields that are other: `payments/uat.start 2026-11-17 → 2026-11-24`.
pub fn changes(view: &Impact, arrow: &str) -> Vec<String> {
    let one = |change: &crate::report::impact::ChangeView| {
        let before = change.before.as_deref().unwrap_or("not written");
        format!("{}.{}  {before} {arrow} {}", change.id, change.field, change.after)
    };
    view.changes.iter().map(one).collect()
}

/// The one sentence that says it.
pub fn verdict(view: &Impact) -> String {
    let lost: Vec<&MoveView> = view.moved.iter().filter(|it| it.kind != "release" && is_lost(it)).collect();
    if let Some(swallowed) = view.swallowed.filter(|_| lost.is_empty()) {
        let what = if view.moved.is_empty() { "Nothing moves" } else { "Nothing else moves" };
        return match (swallowed.slack_days, swallowed.left_days) {
            (Some(slack), Some(left @ 0..)) if slack > left && !view.moved.is_empty() => {
                format!("{what}: {} of slack take it, {left} are left.", plural(slack, "working day"))
            }
            _ => format!("{what}."),
        };
    }
    if view.moved.is_empty() {
        return match view.question.kind {
            "branch" => "Nothing moves: the branch changes no date.".to_owned(),
            _ => "Nothing moves.".to_owned(),
        };
    }
    let mut said = Vec::new();
    let gone: Vec<&ReleaseEffect> = view.releases.iter().filter(|it| it.gone).collect();
    match &*gone {
        [] => {}
        [one] => said.push(format!("release {} is gone", one.id)),
        several => said.push(format!("{} are gone", plural(several.len(), "release"))),
    }
    match &*lost {
        [] => {}
        [one] => said.push(format!("{} {} can no longer be placed", one.kind, one.id)),
        several => said.push(format!("{} phases and milestones can no longer be placed", several.len())),
    }
    match view.moved.iter().filter(|it| !it.changed && it.kind != "release" && !is_lost(it)).count() {
        0 if lost.is_empty() => said.push("no other date moves".to_owned()),
        0 => {}
        1 => said.push("1 date moves with it".to_owned()),
        others => said.push(format!("{} move with it", plural(others, "date"))),
    }
    match view.releases.iter().filter(|it| newly_late(it)).count() {
        // How late something without dates is nobody knows.
        0 if lost.is_empty() => said.push("no release becomes late".to_owned()),
        0 => {}
        1 => said.push("1 release becomes late".to_owned()),
        late => said.push(format!("{} become late", plural(late, "release"))),
    }
    let said = said.join("; ");
    let mut rest = said.chars();
    let first = rest.next().map(|first| first.to_ascii_uppercase());
    format!("{}.", first.into_iter().chain(rest).collect::<String>())
}

/// Whether it is there, and has dates no more.
fn is_lost(it: &MoveView) -> bool {
    !it.gone && it.forecast.before.end.is_some() && it.forecast.after.end.is_none()
}

fn newly_late(it: &ReleaseEffect) -> bool {
    it.lateness_days.after.is_some_and(|days| days > 0) && it.lateness_days.before.is_none_or(|days| days <= 0)
}

/// `+7 days`, `-1 day`, `new`, `gone`, `no dates` of what is there and can no longer be placed.
pub fn days(shift: &Shift, is_gone: bool) -> String {
    match (shift.days, shift.before.end, shift.after.end) {
        (Some(0), ..) => String::new(),
        (Some(days), ..) => signed(days),
        (None, None, Some(_)) => "new".to_owned(),
        (None, Some(_), None) if is_gone => "gone".to_owned(),
        (None, Some(_), None) => "no dates".to_owned(),
        (None, ..) => String::new(),
    }
}

fn signed(days: i64) -> String {
    let sign = match days {
        1.. => "+",
        0 => "",
        _ => "-",
    };
    format!("{sign}{}", plural(days.unsigned_abs(), "day"))
}

/// The same in few characters, the month and the year said once: `15 → 20 Jan 2027`.
pub fn short_shift(shift: &Shift, today: NaiveDate, arrow: &str) -> String {
    let (before, after) = (shift.before, shift.after);
    let only_start = before.end == after.end;
    let (lead, from, to) =
        if only_start { ("starts ", before.start, after.start) } else { ("", before.end, after.end) };
    let whole = |date: NaiveDate| date.format(if date.year() == today.year() { "%-d %b" } else { "%-d %b %Y" });
    match (from, to) {
        _ if before == after => String::new(),
        (Some(from), Some(to)) => {
            let form = match (from.year() == to.year(), from.month() == to.month()) {
                (true, true) => "%-d",
                (true, false) => "%-d %b",
                (false, _) if from.year() == today.year() => "%-d %b",
                (false, _) => "%-d %b %Y",
            };
            format!("{lead}{} {arrow} {}", from.format(form), whole(to))
        }
        (from, to) => {
            let one = |date: Option<NaiveDate>| date.map_or_else(|| "-".to_owned(), |date| whole(date).to_string());
            format!("{lead}{} {arrow} {}", one(from), one(to))
        }
    }
}

/// From one end to the other: `Fri 20 Nov → Fri 27 Nov`; the start too where only that moved.
pub fn shift(shift: &Shift, today: NaiveDate, arrow: &str) -> String {
    let (before, after) = (shift.before, shift.after);
    if before == after {
        return String::new();
    }
    let one = |date: Option<NaiveDate>| date.map_or_else(|| "-".to_owned(), |date| day(date, today));
    if before.end == after.end {
        return format!("starts {} {arrow} {}", one(before.start), one(after.start));
    }
    format!("{} {arrow} {}", one(before.end), one(after.end))
}

/// `3 days late`, `on time`.
pub fn lateness(days: Option<i64>) -> String {
    match days {
        None => String::new(),
        Some(days) => wording::lateness(days),
    }
}

/// How bad a lateness is.
pub fn tone(days: Option<i64>) -> Tone {
    if days.is_some_and(|days| days > 0) { Tone::Bad } else { Tone::Plain }
}

/// The first promise that is missed, and how many more.
pub fn first_missed(view: &Impact) -> Option<String> {
    let first = view.missed.first()?;
    let more = match view.missed.len() - 1 {
        0 => String::new(),
        more => format!("; {more} more"),
    };
    Some(format!(
        "{} {} due {}, forecast {}{more}",
        first.kind,
        first.id,
        day(first.due, view.header.today),
        day(first.forecast, view.header.today)
    ))
}

/// What limits, in sentences.
pub fn bottleneck(view: &Impact, arrow: &str) -> Vec<String> {
    let Some(found) = &view.bottleneck else { return Vec::new() };
    let mut lines = Vec::new();
    if found.chain.len() > 1 {
        lines.push(found.chain.join(&format!(" {arrow} ")));
    }
    if let Some(tightest) = &found.tightest {
        lines.push(match tightest.slack_days {
            days @ ..0 => format!("{} is {} short", tightest.id, plural(-days, "working day")),
            0 => format!("{} has no slack left", tightest.id),
            days => format!("{} has {} of slack left", tightest.id, plural(days, "working day")),
        });
    }
    if let Some(environment) = &found.environment {
        let (before, after) = (environment.hours.before.unwrap_or(0), environment.hours.after.unwrap_or(0));
        let without = match before {
            0 => "not at all".to_owned(),
            _ if in_days(before) && in_days(after) => (before / 24).to_string(),
            _ => length(before),
        };
        lines.push(format!("{} is fought over for {}, {without} without the change", environment.id, length(after)));
    }
    lines
}

/// Hours as people say them.
fn length(hours: i64) -> String {
    if in_days(hours) { plural(hours / 24, "day") } else { plural(hours, "hour") }
}

fn in_days(hours: i64) -> bool {
    hours >= 48 || hours == 24
}

/// A collision: when, how much of how much, and who.
pub fn collision(it: &CollisionView, today: NaiveDate) -> [String; 4] {
    let whole = it.from.local.time() == chrono::NaiveTime::MIN && it.to.local.time() == chrono::NaiveTime::MIN;
    let when = if whole {
        let last = it.to.local.date().pred_opt().unwrap_or(it.to.local.date());
        span(it.from.local.date(), last, today)
    } else {
        let form = if it.from.local.year() == today.year() { "%a %-d %b %H:%M" } else { "%a %-d %b %Y %H:%M" };
        format!("{} – {}", it.from.local.format(form), it.to.local.format(form))
    };
    let wanted = match it.rule {
        "exclusive-overlap" => "one wants it alone".to_owned(),
        _ => format!("{} wanted of {}", it.demand, it.capacity),
    };
    let wanted = if it.tentative { format!("{wanted}, with drafts") } else { wanted };
    [it.environment.clone(), when, wanted, it.bookings.join(", ")]
}

fn span(from: NaiveDate, to: NaiveDate, today: NaiveDate) -> String {
    if from == to { day(from, today) } else { format!("{} – {}", day(from, today), day(to, today)) }
}

/// All findings that the change brings, by itself or once all that moves is planned so; collisions are listed by themselves.
pub fn new_findings(view: &Impact, is_freeze: bool) -> Vec<&FindingView> {
    let all = view.findings.new.iter().chain(&view.followed);
    let listed = |it: &&FindingView| !matches!(&*it.rule, "over-capacity" | "exclusive-overlap");
    all.filter(listed).filter(|it| (it.rule == "deploy-in-freeze") == is_freeze).collect()
}

/// The sections below the tree.
pub fn sections(view: &Impact, sheet: &mut Sheet, arrow: &str) {
    let today = view.header.today;
    let releases = [
        Column::new("release"),
        Column::new("forecast end"),
        Column::new("moves"),
        Column::new("target"),
        Column::new("then"),
        Column::below("part of"),
    ];
    sheet.table("Releases", &releases, view.releases.iter().map(|it| release_row(it, today, arrow)).collect());
    let missed =
        [Column::new("promise"), Column::new("kind"), Column::new("due"), Column::new("forecast"), Column::new("late")];
    sheet.table("Promises newly missed", &missed, view.missed.iter().map(|it| missed_row(it, today)).collect());
    let collisions = [Column::new("environment"), Column::new("when"), Column::new("why"), Column::below("bookings")];
    let row = |it: &CollisionView| collision(it, today).map(Cell::plain).to_vec();
    sheet.table("Bookings that then collide", &collisions, view.collisions.iter().map(row).collect());
    for (title, is_freeze) in [("Freezes that are then hit", true), ("What a check then finds", false)] {
        let columns = [Column::new("about"), Column::new("severity"), Column::new("rule"), Column::below("what")];
        let rows = new_findings(view, is_freeze).into_iter().map(|it| finding_row(it, view));
        sheet.table(title, &columns, rows.collect());
    }
}

fn release_row(it: &ReleaseEffect, today: NaiveDate, arrow: &str) -> Vec<Cell> {
    let then = match (it.lateness_days.before, it.lateness_days.after) {
        (before, after) if lateness(before) == lateness(after) => lateness(after),
        (Some(_), None) => String::new(),
        (Some(before), after) => format!("{} {arrow} {}", lateness(Some(before)), lateness(after)),
        (None, after) => lateness(after),
    };
    let whole = if it.composite { "composite" } else { "" };
    let part = it.part_of.as_ref().map_or_else(|| whole.to_owned(), |parent| format!("part of {parent}"));
    vec![
        Cell::plain(&*it.id),
        Cell::plain(shift(&it.forecast, today, arrow)),
        Cell::plain(days(&it.forecast, it.gone)),
        Cell::plain(it.target.map_or_else(String::new, |target| day(target, today))),
        Cell::new(then, tone(it.lateness_days.after)),
        Cell::plain(part),
    ]
}

fn missed_row(it: &MissedView, today: NaiveDate) -> Vec<Cell> {
    vec![
        Cell::plain(&*it.id),
        Cell::plain(it.kind),
        Cell::plain(day(it.due, today)),
        Cell::plain(day(it.forecast, today)),
        Cell::new(plural(it.days, "day"), Tone::Bad),
    ]
}

/// A finding; where the same was found before with other places, what was said then.
fn finding_row(it: &FindingView, view: &Impact) -> Vec<Cell> {
    let is_same = |old: &&FindingView| (&old.rule, old.severity, &old.subject) == (&it.rule, it.severity, &it.subject);
    let was = view.findings.fixed.iter().find(is_same).map(|old| format!("; was: {}", old.message));
    let about = match it.subject.path.rsplit('/').next() {
        Some(last) if !last.is_empty() => format!("{}/{last}", it.subject.id),
        _ => it.subject.id.clone(),
    };
    let tone = match it.severity.as_str() {
        "error" => Tone::Bad,
        "warning" => Tone::Warn,
        _ => Tone::Plain,
    };
    vec![
        Cell::plain(about),
        Cell::new(it.severity.as_str(), tone),
        Cell::new(&*it.rule, Tone::Quiet),
        Cell::plain(format!("{}{}", it.message, was.unwrap_or_default())),
    ]
}

/// The rows of what moved, in the order of the tree, with the depth of each.
pub fn tree(view: &Impact) -> Vec<(usize, bool, &MoveView, Vec<bool>)> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); view.moved.len()];
    let mut roots = Vec::new();
    for (at, it) in view.moved.iter().enumerate() {
        match it.parent {
            Some(parent) => children[parent].push(at),
            None => roots.push(at),
        }
    }
    let key = |at: &usize| {
        (view.moved[*at].forecast.after.end, view.moved[*at].kind == "release", view.moved[*at].id.clone())
    };
    for them in &mut children {
        them.sort_by_key(key);
    }
    roots.sort_by_key(|at| (!view.moved[*at].changed, key(at)));
    let mut out = Vec::new();
    // The last goes on the stack first; what is to be drawn is whether each level above goes on.
    let mut stack: Vec<(usize, Vec<bool>)> = roots.iter().rev().map(|&at| (at, Vec::new())).collect();
    while let Some((at, above)) = stack.pop() {
        let last = above.last().copied().unwrap_or(true);
        for (nth, &child) in children[at].iter().enumerate().rev() {
            let mut lines = above.clone();
            lines.push(nth + 1 == children[at].len());
            stack.push((child, lines));
        }
        out.push((above.len(), last, &view.moved[at], above));
    }
    out
}

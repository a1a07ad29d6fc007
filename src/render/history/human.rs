//! How plans moved, for a terminal: below each release first plan and plan now, a drawing, and what each commit did.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{author, caveats, chart, shift, short, what};
use crate::diagnostic::wording::plural;
use crate::render::Style;
use crate::render::paint::Paint;
use crate::render::text::{display_width, sanitize, truncate_to_width, wrap, wrap_hanging};
use crate::report::history::{CommitView, HeldView, History, MoveView, ReleaseView, TotalView, TurnView};

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 60;
/// The most columns of what moved.
const MAX_WHAT: usize = 30;
/// With more releases than this there are no drawings.
const MAX_DRAWN: usize = 12;

/// The whole view.
pub fn render(view: &History, style: &Style) -> String {
    let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
    let paint = Paint(style);
    let name = view.portfolio.as_deref().map_or_else(String::new, |name| format!("{} — ", sanitize(name)));
    let since = view.since.as_deref().map_or_else(String::new, |since| format!(" since {}", sanitize(since)));
    let line = format!("{name}history of the plan{since}");
    let mut out = format!("{}\n", paint.dim(&truncate_to_width(&line, style.width)));
    for caveat in caveats(view) {
        let _ = writeln!(out, "{}", paint.yellow(&wrap(&sanitize(&caveat), style.width)));
    }
    if let Some(found) = &view.backtest {
        held(&mut out, "phases", &found.phases, found.needed, &style);
        held(&mut out, "releases", &found.releases, found.needed, &style);
        if found.recorded_afterwards > 0 {
            let number = found.recorded_afterwards;
            let text = format!("{number} left out, for they were recorded after they had ended");
            let _ = writeln!(out, "{}", wrap(&text, style.width));
        }
        if found.unread > 0 {
            let number = plural(found.unread, "commit");
            let _ = writeln!(
                out,
                "{}",
                wrap(&format!("{number} could not be loaded; what was planned there is not known"), style.width)
            );
        }
        return out;
    }
    let mut by_release: BTreeMap<&str, Own<'_>> = BTreeMap::new();
    for one in &view.moves {
        by_release.entry(&one.release).or_default().add(one.step, &one.by, Event::Move(one));
    }
    for turn in &view.changes {
        by_release.entry(&turn.release).or_default().add(turn.step, &turn.by, Event::Turn(turn));
    }
    for total in &view.totals {
        by_release.entry(&total.release).or_default().totals.push(total);
    }
    // A release that only came is worth a line where it is the only one.
    let shown: Vec<&ReleaseView> = view
        .releases
        .iter()
        .filter(|release| view.releases.len() == 1 || by_release.get(release.id.as_str()).is_some_and(Own::has_moved))
        .collect();
    for release in &shown {
        let own = by_release.remove(release.id.as_str()).unwrap_or_default();
        one_release(&mut out, view, release, &own, shown.len() <= MAX_DRAWN, paint);
    }
    let _ = writeln!(out, "\n{}", wrap(&summary(view, shown.len()), style.width));
    out
}

/// How often forecasts of a kind held.
fn held(out: &mut String, what: &str, found: &HeldView, needed: usize, style: &Style) {
    let share = |share: Option<f64>| share.map_or_else(String::new, |share| format!("{:.0}%", share * 100.0));
    let text = match found.tested {
        0 if found.untested == 0 => format!("{what}: none has ended since it was first planned"),
        0 => format!(
            "{what}: none of the {} that ended can be tested, for {needed} must have ended before one is planned",
            found.untested
        ),
        tested => format!(
            "{what}: of {tested} that ended, {} did by the P50 and {} by the P80 that history would have told when they were planned; {} had too little history (fewer than {needed} that had ended)",
            share(found.within_p50),
            share(found.within_p80),
            found.untested
        ),
    };
    let _ = writeln!(out, "{}", wrap(&text, style.width));
}

/// What there is to say of one release.
#[derive(Default)]
struct Own<'v> {
    totals: Vec<&'v TotalView>,
    /// By commit, oldest first.
    commits: BTreeMap<usize, (&'v CommitView, Vec<Event<'v>>)>,
}

#[derive(Clone, Copy)]
enum Event<'v> {
    Move(&'v MoveView),
    Turn(&'v TurnView),
}

impl<'v> Own<'v> {
    fn add(&mut self, step: usize, by: &'v CommitView, event: Event<'v>) {
        self.commits.entry(step).or_insert_with(|| (by, Vec::new())).1.push(event);
    }

    fn has_moved(&self) -> bool {
        let is_move = |event: &Event<'_>| match event {
            Event::Move(one) => one.before.is_some(),
            Event::Turn(turn) => turn.before.is_some() || !turn.subject.is_empty(),
        };
        self.commits.values().any(|(_, events)| events.iter().any(is_move))
    }
}

fn one_release(out: &mut String, view: &History, release: &ReleaseView, own: &Own<'_>, draw: bool, paint: Paint) {
    let name = release.name.as_deref().map_or_else(String::new, |name| format!("  {}", sanitize(name)));
    let mut facts = vec![release.status.unwrap_or("not there any more").to_owned()];
    if release.moves > 0 {
        facts.push(format!(
            "{}, {}",
            plural(release.moves, "move"),
            moved_by(release.moved_days, release.later, release.moves)
        ));
    }
    let (id, facts) = (sanitize(&release.id).into_owned(), facts.join(" · "));
    let fits = display_width(&id) + display_width(&name) + 2 + display_width(&facts) <= paint.0.width;
    let room = paint.0.width.saturating_sub(display_width(&id));
    let gap = if fits { "  " } else { "\n  " };
    let _ = writeln!(out, "\n{}{}{gap}{}", paint.bold(&id), truncate_to_width(&name, room), paint.dim(&facts));
    totals(out, &own.totals, paint);
    if let Some(line) = release.line.as_ref().filter(|_| draw) {
        let drawn = chart::draw(line, view.header.today, paint.0.width - 2, paint.0.unicode);
        if !drawn.is_empty() && own.totals.len() > 1 {
            let _ = writeln!(out, "  {}", paint.dim(&sanitize(&what(&line.subject, line.field))));
        }
        for row in drawn {
            let _ = writeln!(out, "  {row}");
        }
    }
    let name = |event: &Event<'_>| {
        display_width(&sanitize(&match event {
            Event::Move(one) => what(&one.subject, one.field),
            Event::Turn(turn) => turn.subject.clone(),
        }))
    };
    let events = own.commits.values().flat_map(|(_, events)| events);
    let width = events.map(name).max().unwrap_or_default().clamp(6, MAX_WHAT);
    for (by, events) in own.commits.values() {
        commit(out, by, paint);
        for event in merged(events) {
            entry(out, &event, width, paint);
        }
    }
}

/// First plan, plan now, and what happened.
fn totals(out: &mut String, totals: &[&TotalView], paint: Paint) {
    let arrow = if paint.0.unicode { "→" } else { "->" };
    let names: Vec<String> =
        totals.iter().map(|total| sanitize(&what(&total.subject, total.field)).into_owned()).collect();
    let width = names.iter().map(|name| display_width(name)).max().unwrap_or_default().min(MAX_WHAT);
    for (total, name) in totals.iter().zip(names) {
        let mut facts = Vec::new();
        facts.push(match total.days {
            Some(0) => "as first planned".to_owned(),
            Some(days) => shift(days),
            None => "no date".to_owned(),
        });
        facts.push(plural(total.moves, "move"));
        if total.derived {
            facts.push("computed".to_owned());
        }
        if !total.present {
            facts.push("gone".to_owned());
        }
        if let Some(actual) = total.actual {
            facts.push(match total.actual_days {
                Some(0) => "kept the first plan".to_owned(),
                Some(days) => format!("happened {actual}, {} on the first plan", shift(days)),
                None => format!("happened {actual}"),
            });
        }
        let dates = format!("{} {arrow} {}", sanitize(&total.first), sanitize(&total.last));
        let (name, rest) = (truncate_to_width(&name, width), facts.join(" · "));
        let pad = " ".repeat(width.saturating_sub(display_width(&name)));
        let used = 2 + width + 2 + display_width(&dates) + 2;
        let rest = wrap_hanging(&rest, paint.0.width.saturating_sub(used).max(12), paint.0.width - 6);
        let rest = rest.replace('\n', "\n      ");
        let rest = match total.days {
            Some(days) if days > 0 => paint.yellow(&rest),
            Some(days) if days < 0 => paint.green(&rest),
            _ => rest,
        };
        let _ = writeln!(out, "  {name}{pad}  {dates}  {rest}");
    }
}

fn commit(out: &mut String, by: &CommitView, paint: Paint) {
    let Some(commit) = &by.commit else {
        let _ = writeln!(out, "  {}", paint.bold("not committed"));
        return;
    };
    let at = by.at.as_deref().map_or("", |at| at.get(..10).unwrap_or(at));
    let words = [at.to_owned(), author(by).unwrap_or_default(), short(commit).to_owned()];
    let line = [&words[..], &[by.message.clone().unwrap_or_default()]].concat();
    let line: Vec<String> = line.into_iter().filter(|word| !word.is_empty()).collect();
    let text = sanitize(&line.join(" · ")).into_owned();
    let _ = writeln!(out, "  {}", paint.bold(&truncate_to_width(&text, paint.0.width - 2)));
}

/// What one commit did, in a few lines: a release that came or went is one, whatever it holds.
fn merged<'v>(events: &[Event<'v>]) -> Vec<Entry<'v>> {
    let status = events.iter().find_map(|event| match event {
        Event::Turn(turn) if turn.field == "status" => Some(*turn),
        _ => None,
    });
    let whole = status.filter(|turn| turn.before.is_none() || turn.after.is_none());
    let Some(turn) = whole else { return events.iter().map(|event| Entry::One(*event)).collect() };
    let came = turn.before.is_none();
    let dates: Vec<&MoveView> = events
        .iter()
        .filter_map(|event| match event {
            Event::Move(one) => Some(*one),
            Event::Turn(_) => None,
        })
        .collect();
    let target = dates.iter().find(|one| one.field == "target" && !one.derived);
    let target = target.and_then(|one| if came { one.after.as_deref() } else { one.before.as_deref() });
    vec![Entry::Whole { came, target, dates: dates.iter().filter(|one| !one.derived).count() }]
}

/// A line below a commit.
enum Entry<'v> {
    One(Event<'v>),
    Whole { came: bool, target: Option<&'v str>, dates: usize },
}

fn entry(out: &mut String, entry: &Entry<'_>, width: usize, paint: Paint) {
    let (arrow, none) = if paint.0.unicode { ("→", "–") } else { ("->", "-") };
    let or_none = |text: &Option<String>| match text.as_deref() {
        None => none.to_owned(),
        Some("") => "no version".to_owned(),
        Some(text) => sanitize(text).into_owned(),
    };
    let (name, change, tail) = match entry {
        Entry::Whole { came, target, dates } => {
            let target = target.map_or_else(String::new, |target| format!(", target {}", sanitize(target)));
            let dates = plural(*dates, "date");
            (if *came { "came" } else { "went" }.to_owned(), format!("with {dates}{target}"), String::new())
        }
        Entry::One(Event::Move(one)) => {
            let change = format!("{} {arrow} {}", or_none(&one.before), or_none(&one.after));
            let tail = match (one.days, one.before.is_some(), one.after.is_some()) {
                (Some(days), ..) if days > 0 => paint.yellow(&shift(days)),
                (Some(days), ..) => paint.green(&shift(days)),
                (None, false, _) => "new".to_owned(),
                (None, _, false) => "gone".to_owned(),
                _ => "no date".to_owned(),
            };
            let computed = if one.derived { " · computed" } else { "" };
            (sanitize(&what(&one.subject, one.field)).into_owned(), change, format!("{tail}{computed}"))
        }
        Entry::One(Event::Turn(turn)) => {
            let change = format!("{} {arrow} {}", or_none(&turn.before), or_none(&turn.after));
            let name = if turn.subject.is_empty() { "status" } else { &turn.subject };
            let tail = match (&turn.before, &turn.after) {
                (None, _) => "added",
                (_, None) => "removed",
                _ => "",
            };
            (sanitize(name).into_owned(), change, tail.to_owned())
        }
    };
    let name = truncate_to_width(&name, width);
    let pad = " ".repeat(width.saturating_sub(display_width(&name)));
    let kept = if tail.is_empty() { 0 } else { 14 };
    let room = paint.0.width.saturating_sub(4 + width + 2 + kept);
    let change = truncate_to_width(&change, room.max(24)).into_owned();
    let _ = writeln!(out, "{}", format!("    {name}{pad}  {change}  {tail}").trim_end());
}

/// How far dates moved, whatever their direction.
fn moved_by(days: i64, later: usize, moves: usize) -> String {
    let both = if later > 0 && later < moves { ", forth and back" } else { "" };
    format!("{} in all{both}", plural(days, "day"))
}

/// The last line.
fn summary(view: &History, shown: usize) -> String {
    let moves: usize = view.releases.iter().map(|release| release.moves).sum();
    if moves == 0 {
        return "no planned date moved".to_owned();
    }
    let days: i64 = view.releases.iter().map(|release| release.moved_days).sum();
    let later: usize = view.releases.iter().map(|release| release.later).sum();
    let with_moves = view.releases.iter().filter(|release| release.moves > 0).count();
    let still = view.releases.len().saturating_sub(shown);
    let mut parts = vec![
        format!("{} moved", plural(with_moves, "release")),
        format!("{}, {later} of them later", plural(moves, "move")),
        moved_by(days, later, moves),
    ];
    if still > 0 {
        let (which, hint) = if view.derived { ("", "") } else { (" written", " (`--derived` shows computed ones)") };
        parts.push(format!("no{which} date of {} moved{hint}", plural(still, "more release")));
    }
    parts.join(" · ")
}

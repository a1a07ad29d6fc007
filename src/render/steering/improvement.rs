//! Improvement: actions, and what each did to its metric.

use chrono::NaiveDate;

use super::{day_and_distance, joined, line, number, place, signed};
use crate::diagnostic::wording::plural;
use crate::render::metrics::value;
use crate::render::openmetrics::Exposition;
use crate::render::sheet::{self, Fact, Item, Sheet, Tone};
use crate::report::steering::improvement::{ActionView, EffectView, Improvement, SideView};

const GROUPS: [(&str, &str); 4] = [("overdue", "Overdue"), ("open", "Open"), ("done", "Done"), ("dropped", "Dropped")];

/// The report.
pub fn sheet(view: &Improvement) -> Sheet {
    let it = &view.summary;
    let counts = [
        (it.overdue, "overdue"),
        (it.open, "open"),
        (it.done, "done"),
        (it.dropped, "dropped"),
        (it.better, "better"),
        (it.worse, "worse"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    let today = view.header.today;
    let mut sheet = Sheet {
        title: format!("{}improvement", sheet::of(view.portfolio.as_deref())),
        about: vec![
            format!("as of {}", sheet::day(today, NaiveDate::MIN)),
            joined(counts, ", "),
            format!("{} days before and after", view.days),
        ],
        nothing: "No retrospective has actions: write `retrospective.actions` in a release.".to_owned(),
        ..Sheet::default()
    };
    for (status, title) in GROUPS {
        let own = view.actions.iter().filter(|it| it.status == status);
        sheet.items(title, own.map(|it| item(it, today)).collect());
    }
    sheet
}

fn item(it: &ActionView, today: NaiveDate) -> Item {
    let mut facts = vec![when(it, today)];
    if let Some(unknown) = &it.unknown_metric {
        facts.push(Fact::new("metric", unknown, Tone::Warn));
    }
    if let Some(effect) = &it.effect {
        facts.extend(moved(effect, it.status));
    }
    let place = place(it.source.as_ref());
    if !place.is_empty() {
        facts.push(Fact::new("written", place, Tone::Quiet));
    }
    Item { id: format!("{}/{}", it.release, it.id), name: it.name.clone().unwrap_or_default(), facts }
}

fn when(it: &ActionView, today: NaiveDate) -> Fact {
    let owner = it.owner.as_ref().map(|owner| format!("owner {owner}")).unwrap_or_default();
    let due = it.due.map_or_else(|| "no due date".to_owned(), |due| day_and_distance(due, today));
    match (&it.finished, it.status) {
        (Some(finished), _) => {
            let day = sheet::day(finished.day, today);
            let told = match (finished.known_by, &finished.commit) {
                ("commit", Some(commit)) => format!("{day}, by commit {}", commit.get(..10).unwrap_or(commit)),
                ("work-tree", _) => format!("{day}, not committed yet"),
                ("due", _) => format!("nobody wrote when; its due date is taken, {day}"),
                _ => format!("nobody wrote when; the end of the release is taken, {day}"),
            };
            Fact::new("done", joined([told, owner], " · "), Tone::Plain)
        }
        (None, "done") => Fact::new("done", joined(["nobody wrote when".to_owned(), owner], " · "), Tone::Plain),
        (None, "overdue") => Fact::new("due", joined([due, owner], " · "), Tone::Bad),
        (None, _) => Fact::new("due", joined([due, owner], " · "), Tone::Plain),
    }
}

fn moved(it: &EffectView, status: &str) -> Vec<Fact> {
    let of = match it.projects.as_slice() {
        [] => "of the portfolio".to_owned(),
        [only] => format!("of {only}"),
        [first, second] => format!("of {first}, {second}"),
        [first, second, rest @ ..] => format!("of {first}, {second} and {} more", rest.len()),
    };
    let before = format!("{} {}", value(it.unit, it.before.value), side(&it.before, "written as the baseline"));
    let mut facts =
        vec![Fact::new("metric", format!("{} {of}", it.name), Tone::Plain), Fact::new("before", before, Tone::Plain)];
    if let Some(after) = &it.after {
        let label = if status == "done" { "since" } else { "now" };
        facts.push(Fact::new(label, format!("{} {}", value(it.unit, after.value), side(after, "")), Tone::Plain));
    }
    facts.extend(outcome(it));
    facts.extend(target(it));
    facts
}

/// The days and records behind a value.
fn side(it: &SideView, written: &str) -> String {
    let (Some(since), Some(until), Some(figure)) = (it.since, it.until, &it.figure) else { return written.to_owned() };
    format!("({since} to {until}, {})", plural(figure.population, "record"))
}

fn outcome(it: &EffectView) -> Option<Fact> {
    let size = || {
        let change = it.change.unwrap_or(0.0);
        let share = it.change_ratio.map(|share| format!(" ({})", signed("ratio", share))).unwrap_or_default();
        match it.unit {
            "ratio" => format!("{} points", signed("count", change * 100.0)),
            unit => format!("{}{share}", signed(unit, change)),
        }
    };
    let (text, tone) = match it.outcome {
        "better" => (format!("{}: better", size()), Tone::Good),
        "worse" => (format!("{}: worse", size()), Tone::Bad),
        "same" => ("the same as before".to_owned(), Tone::Plain),
        "moved" => (format!("{}: nobody says which way is better", size()), Tone::Plain),
        "too-early" => ("too early to say: too few days have passed".to_owned(), Tone::Quiet),
        "too-few" => ("too few records to say".to_owned(), Tone::Quiet),
        "no-data" => ("n/a: there is no value before, or none since".to_owned(), Tone::Quiet),
        _ => return None,
    };
    Some(Fact::new("effect", text, tone))
}

fn target(it: &EffectView) -> Option<Fact> {
    let wanted = it.target?;
    let bound = match it.goal {
        "more" => "at least ",
        "less" => "at most ",
        _ => "",
    };
    let (verdict, tone) = match it.reached {
        Some(true) => (": reached", Tone::Good),
        Some(false) => (": not reached", Tone::Bad),
        None => ("", Tone::Plain),
    };
    Some(Fact::new("target", format!("{bound}{}{verdict}", value(it.unit, Some(wanted))), tone))
}

/// A header, and a line for each action.
pub fn csv(view: &Improvement) -> String {
    let mut out = "release,action,name,owner,status,due,done,done_by,metric,unit,scope,before,before_since,before_until,after,after_since,after_until,change,outcome,target,reached,source\r\n".to_owned();
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    for it in &view.actions {
        let effect = it.effect.as_ref();
        let before = effect.map(|effect| &effect.before);
        let after = effect.and_then(|effect| effect.after.as_ref());
        let scope = effect.map(|effect| match effect.projects.as_slice() {
            [] => effect.scope.to_owned(),
            projects => projects.join(" "),
        });
        let done = it.finished.as_ref();
        let fields = [
            it.release.clone(),
            it.id.clone(),
            it.name.clone().unwrap_or_default(),
            it.owner.clone().unwrap_or_default(),
            it.status.to_owned(),
            day(it.due),
            day(done.map(|done| done.day)),
            done.map_or("", |done| done.known_by).to_owned(),
            it.metric.clone().unwrap_or_default(),
            effect.map_or("", |effect| effect.unit).to_owned(),
            scope.unwrap_or_default(),
            number(before.and_then(|before| before.value)),
            day(before.and_then(|before| before.since)),
            day(before.and_then(|before| before.until)),
            number(after.and_then(|after| after.value)),
            day(after.and_then(|after| after.since)),
            day(after.and_then(|after| after.until)),
            number(effect.and_then(|effect| effect.change)),
            effect.map_or_else(|| it.unknown_metric.clone().unwrap_or_default(), |effect| effect.outcome.to_owned()),
            number(effect.and_then(|effect| effect.target)),
            effect.and_then(|effect| effect.reached).map(|reached| reached.to_string()).unwrap_or_default(),
            place(it.source.as_ref()),
        ];
        line(&mut out, &fields.iter().map(String::as_str).collect::<Vec<_>>());
    }
    out
}

/// The text format of `OpenMetrics`: actions by where they stand, and the change of each metric that can be judged.
pub fn openmetrics(view: &Improvement) -> String {
    let mut out = Exposition::of(view.portfolio.as_deref());
    let it = &view.summary;
    let name = out.family("relm_improvement_actions", "", "actions of retrospectives");
    for (status, count) in [("overdue", it.overdue), ("open", it.open), ("done", it.done), ("dropped", it.dropped)] {
        out.sample(&name, &[("status", status)], count as f64);
    }
    let name = out.family("relm_improvement_change", "", "the value of the metric since, less the value before");
    for it in &view.actions {
        let Some(effect) = &it.effect else { continue };
        if matches!(effect.outcome, "better" | "worse" | "same" | "moved") {
            let metric = it.metric.as_deref().unwrap_or_default();
            let labels =
                [("release", it.release.as_str()), ("action", &it.id), ("metric", metric), ("unit", effect.unit)];
            out.maybe(&name, &labels, effect.change);
        }
    }
    out.end()
}

//! Everything about one object, one file a format.

pub mod human;
pub mod markdown;

use crate::diagnostic::wording::plural;
use crate::report::plan::{Ends, PhaseView};
use crate::report::show::{Item, Show, Source};

/// The section whose items the plan of a release already shows.
const PLANNED: &str = "phases";

/// `file:line`, or the file alone.
fn address(source: &Source) -> String {
    source.line.map_or_else(|| source.file.clone(), |line| format!("{}:{line}", source.file))
}

/// The address, without the file where that is the one the object itself is in.
fn local_address(source: &Source, show: &Show) -> String {
    match (&show.source, source.line) {
        (Some(own), Some(line)) if own.file == source.file => format!(":{line}"),
        _ => address(source),
    }
}

/// "2026-11-02 to 2026-11-06", or the one that is known, or the one day that both are.
fn dates(item: &Item) -> String {
    let short = |text: &str| text.replacen('T', " ", 1);
    match (&item.start, &item.end) {
        (None, None) => String::new(),
        (Some(start), None) => short(start),
        (None, Some(end)) => format!("by {}", short(end)),
        (Some(start), Some(end)) if start == end => short(start),
        (Some(start), Some(end)) => {
            // The end of a stretch within a day needs no date.
            let (day, time) = end.split_once('T').unwrap_or((end, ""));
            let same_day = !time.is_empty() && start.split_once('T').is_some_and(|(other, _)| other == day);
            format!("{} to {}", short(start), if same_day { time.to_owned() } else { short(end) })
        }
    }
}

/// The dates of a phase, each with what it is and what to know about it.
fn phase_dates(phase: &PhaseView) -> Vec<(&'static str, String)> {
    let ends = |ends: Ends| {
        let day = |day: Option<chrono::NaiveDate>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
        match (ends.start, ends.end) {
            (None, None) => None,
            (start, end) if start == end => Some(day(start)),
            (start, end) => Some(format!("{} to {}", day(start), day(end))),
        }
    };
    let days = |count: i64| plural(count, "working day");
    let mut lines = Vec::new();
    if let Some(planned) = ends(phase.planned) {
        let worked = phase.working_days.map_or_else(String::new, |count| format!(", {}", days(count)));
        lines.push(("planned", format!("{planned}{worked}")));
    }
    lines.extend(ends(phase.early).filter(|_| phase.early != phase.planned).map(|early| ("earliest", early)));
    lines.extend(ends(phase.late).map(|late| ("latest", late)));
    if let Some(slack) = phase.slack_days {
        let free =
            phase.free_slack_days.map_or_else(String::new, |free| format!(", {} before another must move", days(free)));
        let critical = if phase.critical { ", critical" } else { "" };
        lines.push(("slack", format!("{}{critical}{free}", days(slack))));
    }
    lines.extend(
        ends(phase.forecast).filter(|_| phase.forecast != phase.planned).map(|forecast| ("forecast", forecast)),
    );
    lines.extend(ends(phase.actual).map(|actual| ("actual", actual)));
    lines.extend(phase.progress.map(|progress| ("progress", format!("{progress} %"))));
    lines
}

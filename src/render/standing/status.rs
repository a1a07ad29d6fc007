//! One line a release.

use super::{counted, csv_line, forecast, gates, moved, place, progress, state_cell, text, unread};
use crate::render::sheet::{self, Cell, Column, Fact, Sheet, Tone};
use crate::report::standing::Line;
use crate::report::standing::status::Status;

const COLUMNS: [Column; 10] = [
    Column::new("release"),
    Column::new("state"),
    Column::new("target"),
    Column::new("forecast"),
    Column::new("moved"),
    Column::new("done"),
    Column::new("gates"),
    Column::new("risk"),
    Column::below("owner"),
    Column::below("why"),
];

/// A table, and how many stand how. `brief` leaves out why.
pub fn sheet(view: &Status, brief: bool) -> Sheet {
    let mut about = vec![format!("as of {}", sheet::day(view.header.today, chrono::NaiveDate::MIN))];
    about.extend(view.compare.as_ref().map(|compare| format!("moved since {}", compare.with)));
    about.extend(unread(&view.unread));
    let mut sheet = Sheet {
        title: format!("{}status", sheet::of(view.portfolio.as_deref())),
        about,
        nothing: "No release is open.".to_owned(),
        ..Sheet::default()
    };
    let is_compared = view.compare.is_some();
    sheet.table("Releases", &COLUMNS, view.releases.iter().map(|line| row(line, is_compared, brief)).collect());
    if !view.releases.is_empty() {
        super::facts(&mut sheet, "Together", vec![Fact::new("", counted(&view.counts), Tone::Plain)]);
    }
    sheet
}

fn row(line: &Line, is_compared: bool, brief: bool) -> Vec<Cell> {
    vec![
        Cell::plain(&line.id),
        state_cell(line.state),
        line.target.map_or_else(|| Cell::new("none", Tone::Quiet), |day| Cell::plain(day.to_string())),
        forecast(line),
        if is_compared { moved(line.moved_days) } else { Cell::plain("") },
        progress(line.progress),
        gates(line),
        risk(line),
        Cell::plain(text(line.owner.as_ref())),
        Cell::new(if brief { String::new() } else { line.reasons.join("; ") }, Tone::Quiet),
    ]
}

fn risk(line: &Line) -> Cell {
    match (line.risk_score, line.risk_level) {
        (Some(score), Some(level)) => Cell::new(format!("{score:.0}"), super::tone(level)),
        _ => Cell::new("", Tone::Quiet),
    }
}

/// A header, and a line for each release.
pub fn csv(view: &Status) -> String {
    let mut out =
        "release,name,type,status,state,target,planned_end,end,lateness_days,moved_days,progress,gates_passed,\
        gates_total,missing,risk_score,risk_level,spare_days,owner,part_of,reasons,source\r\n"
            .to_owned();
    for line in &view.releases {
        let fields = [
            line.id.clone(),
            text(line.name.as_ref()),
            line.r#type.clone(),
            line.status.to_owned(),
            line.state.to_owned(),
            text(line.target),
            text(line.planned_end),
            text(line.end),
            text(line.lateness_days),
            text(line.moved_days),
            text(line.progress),
            line.gates_passed.to_string(),
            line.gates_total.to_string(),
            line.missing.join(" "),
            text(line.risk_score),
            text(line.risk_level),
            text(line.spare_days),
            text(line.owner.as_ref()),
            text(line.part_of.as_ref()),
            line.reasons.join("; "),
            place(line.source.as_ref()),
        ];
        csv_line(&mut out, &fields);
    }
    out
}

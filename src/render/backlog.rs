//! What waits to be scheduled.

use std::fmt::Write;

use super::sheet::{self, Body, Cell, Column, Fact, Section, Sheet, Tone};
use super::text::csv_field;
use crate::report::backlog::{Backlog, DemandView};

const COLUMNS: [Column; 9] = [
    Column::new("rank"),
    Column::new("demand"),
    Column::new("project"),
    Column::new("value"),
    Column::new("effort"),
    Column::new("per day"),
    Column::new("wanted by"),
    Column::below("could ship with"),
    Column::below("name"),
];

/// A table, the most value for the work first.
pub fn sheet(view: &Backlog) -> Sheet {
    let mut sheet = Sheet {
        title: format!("{}backlog", sheet::of(view.portfolio.as_deref())),
        about: vec![
            format!("as of {}", sheet::day(view.header.today, chrono::NaiveDate::MIN)),
            "the most value for the work first".to_owned(),
        ],
        nothing: "Nothing waits to be scheduled (`kind: demand`).".to_owned(),
        ..Sheet::default()
    };
    sheet.table("Waits to be scheduled", &COLUMNS, view.demands.iter().map(row).collect());
    if !view.demands.is_empty() {
        let late = view.demands.iter().filter(|demand| demand.too_late).count();
        let without = view.demands.iter().filter(|demand| demand.carrier.is_none() && !demand.too_late).count();
        let effort = view.effort.map_or_else(|| "n/a".to_owned(), |days| format!("{days} person-days"));
        let mut facts = vec![Fact::new("effort", effort, Tone::Plain)];
        if late > 0 {
            facts.push(Fact::new("too late", format!("{late}, their day is over"), Tone::Bad));
        }
        if without > 0 {
            facts.push(Fact::new(
                "no release",
                format!("{without} that no open release could ship in time"),
                Tone::Warn,
            ));
        }
        sheet.sections.push(Section { title: "Together".to_owned(), body: Body::Facts(facts) });
    }
    sheet
}

fn row(it: &DemandView) -> Vec<Cell> {
    let known = |value: Option<String>| value.map_or_else(|| Cell::new("n/a", Tone::Quiet), Cell::plain);
    vec![
        known(it.rank.map(|rank| rank.to_string())),
        Cell::plain(&it.id),
        Cell::plain(it.project.clone().unwrap_or_default()),
        known(it.value.map(|value| value.to_string())),
        known(it.effort.map(|days| format!("{days}pd"))),
        known(it.value_per_day.map(|value| format!("{value:.2}"))),
        match it.wanted_by {
            Some(day) if it.too_late => Cell::new(format!("{day}, too late"), Tone::Bad),
            Some(day) => Cell::plain(day.to_string()),
            None => Cell::new("any day", Tone::Quiet),
        },
        carrier(it),
        Cell::plain(it.name.clone().unwrap_or_default()),
    ]
}

fn carrier(it: &DemandView) -> Cell {
    if it.too_late {
        return Cell::plain("");
    }
    match (&it.carrier, it.carriers.first()) {
        (Some(id), _) => {
            let end = it.carriers.iter().find(|carrier| carrier.release == *id).and_then(|carrier| carrier.end);
            let others = it.carriers.iter().filter(|carrier| !carrier.closed).count() - 1;
            let others = if others == 0 { String::new() } else { format!(" or {others} later") };
            Cell::new(
                format!("could ship with {id}{}{others}", end.map_or_else(String::new, |end| format!(", {end}"))),
                Tone::Good,
            )
        }
        (None, Some(closed)) => {
            Cell::new(format!("only {}, which takes nothing in any more", closed.release), Tone::Warn)
        }
        (None, None) => Cell::new("no open release in time", Tone::Warn),
    }
}

/// A header, and a line for each demand.
pub fn csv(view: &Backlog) -> String {
    let mut out = "rank,demand,name,project,owner,value,effort_person_days,value_per_day,wanted_by,days_left,too_late,\
        carrier,closed_carriers,source\r\n"
        .to_owned();
    let text = |value: Option<String>| value.unwrap_or_default();
    for it in &view.demands {
        let closed = it.carriers.iter().filter(|carrier| carrier.closed).map(|carrier| carrier.release.as_str());
        let place = it.source.as_ref().map(|source| match source.line {
            Some(line) => format!("{}:{line}", source.file),
            None => source.file.clone(),
        });
        let fields = [
            text(it.rank.map(|rank| rank.to_string())),
            it.id.clone(),
            text(it.name.clone()),
            text(it.project.clone()),
            text(it.owner.clone()),
            text(it.value.map(|value| value.to_string())),
            text(it.effort.map(|days| days.to_string())),
            text(it.value_per_day.map(|value| value.to_string())),
            text(it.wanted_by.map(|day| day.to_string())),
            text(it.days_left.map(|days| days.to_string())),
            it.too_late.to_string(),
            text(it.carrier.clone()),
            closed.collect::<Vec<_>>().join(" "),
            text(place),
        ];
        let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
        let _ = write!(out, "{}\r\n", fields.join(","));
    }
    out
}

//! The plan as CSV: a line a phase, milestone and gate.

use std::fmt::Write;

use chrono::NaiveDate;

use crate::render::text::csv_field;
use crate::report::plan::Plan;

const HEADER: &str = "release,kind,id,start,end,late_start,late_end,slack_days,critical,forecast_start,forecast_end,actual_start,actual_end,progress,environments,state\r\n";

/// A header and one line for each phase, milestone and gate, in the order of the plan.
pub fn render(plan: &Plan) -> String {
    let mut out = HEADER.to_owned();
    let date = |date: Option<NaiveDate>| date.map_or_else(String::new, |date| date.to_string());
    let number = |number: Option<i64>| number.map_or_else(String::new, |number| number.to_string());
    for release in &plan.releases {
        for phase in &release.phases {
            line(
                &mut out,
                &[
                    &release.id,
                    "phase",
                    &phase.id,
                    &date(phase.planned.start),
                    &date(phase.planned.end),
                    &date(phase.late.start),
                    &date(phase.late.end),
                    &number(phase.slack_days),
                    if phase.critical { "true" } else { "false" },
                    &date(phase.forecast.start),
                    &date(phase.forecast.end),
                    &date(phase.actual.start),
                    &date(phase.actual.end),
                    &number(phase.progress.map(i64::from)),
                    &super::environments(phase),
                    "",
                ],
            );
        }
        for milestone in &release.milestones {
            let day = date(milestone.date);
            let (forecast, actual) = (date(milestone.forecast), date(milestone.actual));
            line(
                &mut out,
                &[
                    &release.id,
                    "milestone",
                    &milestone.id,
                    &day,
                    &day,
                    "",
                    "",
                    "",
                    "",
                    &forecast,
                    &forecast,
                    &actual,
                    &actual,
                    "",
                    "",
                    "",
                ],
            );
        }
        for gate in &release.gates {
            let due = date(gate.due);
            line(
                &mut out,
                &[&release.id, "gate", &gate.id, &due, &due, "", "", "", "", "", "", "", "", "", "", gate.state],
            );
        }
    }
    out
}

fn line(out: &mut String, fields: &[&str]) {
    let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
    let _ = write!(out, "{}\r\n", fields.join(","));
}

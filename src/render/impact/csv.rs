//! What moves, for a spreadsheet.

use std::fmt::Write;

use chrono::NaiveDate;

use crate::render::text::csv_field;
use crate::report::impact::Impact;

const HEADER: &str = "kind,id,release,changed,because,planned_start_before,planned_end_before,planned_start_after,\
planned_end_after,forecast_start_before,forecast_end_before,forecast_start_after,forecast_end_after,forecast_days\r\n";

/// A header and a line for each thing that moves.
pub fn render(view: &Impact) -> String {
    let mut out = HEADER.to_owned();
    let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    for it in &view.moved {
        let (planned, forecast) = (&it.planned, &it.forecast);
        let fields = [
            it.kind.to_owned(),
            it.id.clone(),
            it.release.clone(),
            it.changed.to_string(),
            it.because.clone().unwrap_or_default(),
            date(planned.before.start),
            date(planned.before.end),
            date(planned.after.start),
            date(planned.after.end),
            date(forecast.before.start),
            date(forecast.before.end),
            date(forecast.after.start),
            date(forecast.after.end),
            forecast.days.map(|days| days.to_string()).unwrap_or_default(),
        ];
        let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
        let _ = write!(out, "{}\r\n", fields.join(","));
    }
    out
}

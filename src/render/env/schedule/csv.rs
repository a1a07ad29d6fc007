//! How full environments are, as CSV: a line for each environment and column.

use std::fmt::Write;

use crate::render::text::csv_field;
use crate::report::env::schedule::Timeline;

const HEADER: &str = "environment,stage,time_zone,from,to,units,capacity,exclusive,conflict,tentative,freezes,partial_freezes,outage,maintenance,bookings\r\n";

/// A header and a line for each environment and day or week.
pub fn render(view: &Timeline) -> String {
    let mut out = HEADER.to_owned();
    for row in &view.environments {
        for (column, cell) in view.columns.iter().zip(&row.cells) {
            let fields = [
                row.id.clone(),
                row.stage.clone(),
                row.time_zone.to_owned(),
                column.from.to_string(),
                column.to.to_string(),
                cell.units.to_string(),
                row.capacity.to_string(),
                cell.exclusive.to_string(),
                cell.conflict.unwrap_or_default().to_owned(),
                cell.tentative.to_string(),
                cell.freezes.join("; "),
                cell.partial_freezes.join("; "),
                cell.outage.to_string(),
                cell.maintenance.to_string(),
                cell.bookings.join("; "),
            ];
            let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
            let _ = write!(out, "{}\r\n", fields.join(","));
        }
    }
    out
}

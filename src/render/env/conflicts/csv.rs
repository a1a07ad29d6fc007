//! Where bookings collide, as CSV: a line for each booking of each conflict.

use std::fmt::Write;

use super::address;
use crate::render::text::csv_field;
use crate::report::env::conflicts::Conflicts;

const HEADER: &str = "conflict,rule,environment,time_zone,from,to,demand,capacity,tentative,over,booking,release,phase,units,exclusive,use,draft,priority,booked_from,booked_to,cause,yields,source\r\n";

/// A header and a line for each booking; conflicts are numbered.
pub fn render(view: &Conflicts) -> String {
    let mut out = HEADER.to_owned();
    for (number, conflict) in view.conflicts.iter().enumerate() {
        for one in &conflict.bookings {
            let booking = &one.booking;
            let fields = [
                (number + 1).to_string(),
                conflict.rule.to_owned(),
                conflict.environment.clone(),
                conflict.time_zone.to_owned(),
                conflict.from.to_rfc3339(),
                conflict.to.to_rfc3339(),
                conflict.demand.to_string(),
                conflict.capacity.to_string(),
                conflict.tentative.to_string(),
                conflict.over.to_string(),
                booking.name.clone(),
                booking.release.clone().unwrap_or_default(),
                booking.phase.clone().unwrap_or_default(),
                booking.units.to_string(),
                booking.exclusive.to_string(),
                booking.r#use.to_owned(),
                booking.tentative.to_string(),
                booking.priority.to_string(),
                booking.from.to_rfc3339(),
                booking.to.to_rfc3339(),
                one.cause.to_string(),
                one.yields.to_string(),
                booking.source.as_ref().map_or_else(String::new, address),
            ];
            let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
            let _ = write!(out, "{}\r\n", fields.join(","));
        }
    }
    out
}

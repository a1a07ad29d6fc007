//! Where bookings collide, one file a format.

pub mod csv;
pub mod human;
pub mod markdown;
mod picture;

use super::{Dates, address};
use crate::diagnostic::wording::plural;
use crate::report::env::conflicts::{ConflictView, Participant};

/// What is wrong, in a few words.
pub(super) fn fault(conflict: &ConflictView) -> String {
    match conflict.rule {
        "over-capacity" => format!("{} wanted of {}", plural(i64::from(conflict.demand), "unit"), conflict.capacity),
        _ => "one wants to be alone".to_owned(),
    }
}

/// What there is to know of a booking beside its name: when, how much, how important, where it is written.
fn facts(participant: &Participant, dates: Dates) -> String {
    let booking = &participant.booking;
    let mut facts = vec![dates.stretch(booking.from, booking.to)];
    facts.extend((booking.ready != booking.from).then(|| "set-up included".to_owned()));
    facts.extend((booking.units != 1).then(|| plural(i64::from(booking.units), "unit")));
    facts.extend(booking.exclusive.then(|| "alone".to_owned()));
    facts.extend(booking.tentative.then(|| "draft".to_owned()));
    facts.push(format!("priority {}", booking.priority));
    facts.extend(booking.source.as_ref().map(address));
    facts.join(" · ")
}

//! One environment, one file a format.

pub mod human;
pub mod markdown;

use super::{Dates, address, marked};
use crate::diagnostic::wording::plural;
use crate::report::env::BookingView;
use crate::report::env::show::Show;

/// What there is to know of an environment in a line each.
fn facts(view: &Show) -> Vec<(&'static str, String)> {
    let environment = &view.environment;
    let dates = Dates { today: view.header.today, weekdays: true };
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    facts.extend(view.description.as_ref().map(|text| ("description", text.clone())));
    facts.extend(environment.owner.as_ref().map(|owner| ("owner", owner.clone())));
    facts.push(("capacity", format!("{} at once", environment.capacity)));
    if environment.provisioning == "on-demand" {
        facts.push(("provisioning", "on demand".to_owned()));
    }
    facts.extend(view.lead_time.as_ref().map(|lead| ("lead time", lead.clone())));
    facts.extend(view.soak.as_ref().map(|soak| ("soak", format!("{soak} in the stage before"))));
    facts.push(("time zone", environment.time_zone.to_owned()));
    let hosts = environment.hosts.as_ref().map_or_else(|| "every project".to_owned(), |hosts| hosts.join(", "));
    facts.push(("hosts", hosts));
    let used = format!("{} of {}", environment.units, environment.capacity);
    let outage = environment.outage_until.map(|end| format!("{used}, outage to {}", dates.until(end)));
    facts.push(("used now", outage.unwrap_or(used)));
    let free = match environment.free_from {
        None => "never".to_owned(),
        Some(free) if free.instant <= view.now.instant => "now".to_owned(),
        Some(free) => dates.moment(free),
    };
    facts.push(("next free", free));
    facts
}

/// A booking in words: when, what for, how much.
fn booking(booking: &BookingView, dates: Dates) -> (String, String, String) {
    let mut words: Vec<String> = booking.purpose.iter().cloned().collect();
    words.extend((booking.units != 1).then(|| plural(i64::from(booking.units), "unit")));
    words.extend(booking.exclusive.then(|| "alone".to_owned()));
    words.extend((booking.r#use != "code").then(|| booking.r#use.to_owned()));
    words.extend((booking.ready != booking.from).then(|| format!("set up by {}", dates.moment(booking.ready))));
    words.extend(booking.source.as_ref().map(address));
    (dates.stretch(booking.from, booking.to), marked(booking), words.join(" · "))
}

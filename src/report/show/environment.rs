//! An environment: what it hosts, who uses it when, when it can be used, what runs in it.

use super::context::{Context, by_date, is_past};
use super::{Draft, Item, project};
use crate::model::Identified;
use crate::model::environment::{Environment, Provisioning, Window};
use crate::model::release::Status;

/// Occurrences of a window that are shown.
const OCCURRENCES: usize = 2;

/// An environment.
pub fn describe(cx: &Context<'_>, index: usize, draft: &mut Draft) {
    let environment = &cx.portfolio.environments[index];
    cx.common(environment.common(), environment.id.span, draft);
    draft.fact("stage", Some(&environment.stage));
    let capacity = environment.capacity.as_ref().map_or(1, |capacity| capacity.0);
    draft.fact("capacity", Some(format!("{capacity} at once")));
    draft.fact("provisioning", Some(environment.provisioning.unwrap_or(Provisioning::Persistent)));
    draft.fact("time zone", environment.timezone.as_ref());
    if let Some(setup) = &environment.setup {
        let lead = setup.lead_time.as_ref().map(|lead| format!("lead time {lead}"));
        let effort = setup.effort.as_ref().map(|effort| format!("effort {effort}"));
        draft.fact("set-up", Some([lead, effort].into_iter().flatten().collect::<Vec<_>>().join(", ")));
    }
    if let Some(cost) = &environment.cost {
        let day = cost.per_day.as_ref().map(|amount| format!("{amount} a day"));
        let setup = cost.per_setup.as_ref().map(|amount| format!("{amount} a set-up"));
        draft.fact("cost", Some([day, setup].into_iter().flatten().collect::<Vec<_>>().join(", ")));
    }
    draft.fact("soak", environment.soak.as_ref());
    let hosts = environment.projects.as_ref().map(|projects| projects.iter().map(|id| &**id).collect::<Vec<_>>());
    draft.fact("hosts", Some(hosts.map_or_else(|| "every project".to_owned(), |hosts| hosts.join(", "))));
    bookings(cx, environment, draft);
    draft.section("maintenance", "Maintenance", windows(cx, environment, &environment.maintenance, "maintenance"));
    draft.section("windows", "Deployment windows", windows(cx, environment, &environment.windows, "window"));
    let outages = environment.outages.iter().map(|outage| {
        Item::new("outage", outage.common.name().unwrap_or("outage"))
            .from(Some(&outage.from))
            .to(Some(&outage.to))
            .with(outage.reason.as_ref())
            .at(cx.source(outage.span))
    });
    draft.section("outages", "Outages", by_date(outages.collect()));
    let installed = project::live(cx, |entry| entry.environment == environment.id, |entry| &entry.project);
    draft.section("installed", "Installed", installed);
}

/// The phases and bookings that use an environment, what is over last.
fn bookings(cx: &Context<'_>, environment: &Environment, draft: &mut Draft) {
    let (mut past, mut coming) = (Vec::new(), Vec::new());
    for (r, release) in cx.portfolio.releases.iter().enumerate() {
        let status = release.status();
        if status == Status::Cancelled {
            continue;
        }
        for (p, phase) in release.phases.iter().enumerate() {
            for used in phase.environments.iter().filter(|used| used.id == environment.id) {
                let dates = cx.schedule.phase(r, p).planned;
                let item = Item::new("phase", format!("{}/{}", release.id, phase.id))
                    .with((used.units > 1).then(|| format!("{} units", used.units)))
                    .when(used.exclusive, "exclusive")
                    .with(Some(used.r#use))
                    .when(status == Status::Draft, "tentative")
                    .at(cx.source(used.span));
                let over = is_past(dates.map(|dates| dates.end), cx.clock.today);
                if over { &mut past } else { &mut coming }.push(Context::dated(item, dates));
            }
        }
    }
    for booking in &environment.bookings {
        let item = Item::new("booking", &booking.id)
            .name(booking.common.name())
            .from(Some(&booking.from))
            .to(Some(&booking.to))
            .with(booking.purpose.as_ref())
            .saying("for release", booking.release.as_ref())
            .with(booking.units.as_ref().filter(|units| units.0 > 1).map(|units| format!("{} units", units.0)))
            .when(booking.exclusive == Some(true), "exclusive")
            .with(booking.r#use)
            .saying("owner", booking.common.owner())
            .at(cx.source(booking.id.span));
        let over = is_past(Some(booking.to.value.last_day()), cx.clock.today);
        if over { &mut past } else { &mut coming }.push(item);
    }
    draft.section("bookings", "Booked", by_date(coming));
    let mut past = by_date(past);
    past.reverse();
    draft.section("past_bookings", "Was booked", past);
}

/// Recurring windows with the next times of each.
fn windows(cx: &Context<'_>, environment: &Environment, windows: &[Window], kind: &'static str) -> Vec<Item> {
    let zone = cx.portfolio.zone_of(environment);
    let items = windows.iter().map(|window| {
        let exdates: Vec<_> = window.exdates.iter().map(|date| date.value).collect();
        let minutes = window.duration.value.0;
        let found = cx.occurrences(&window.rrule, window.start.value, &exdates, zone, minutes, OCCURRENCES);
        let item = Item::new(kind, window.common.name().unwrap_or(kind)).at(cx.source(window.span));
        let item = match found {
            Err(why) => item.with(Some(why)),
            Ok(times) => {
                let later: Vec<String> = times.iter().skip(1).map(|(start, _)| start.replace('T', " ")).collect();
                let next = times.first();
                item.from(next.map(|(start, _)| start))
                    .to(next.map(|(_, end)| end))
                    .saying("then", (!later.is_empty()).then(|| later.join(", ")))
            }
        };
        item.with(Some(&window.duration)).with(Some(&window.rrule))
    });
    items.collect()
}

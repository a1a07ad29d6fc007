//! The events of what is around releases: freezes, environments, changes.

use super::collect::{Collector, described, moments, named, part, whole_days};
use super::releases::status;
use super::{Event, EventKind, EventStatus, Moment, Origin};
use crate::analysis::deployments;
use crate::analysis::windows::Times;
use crate::diagnostic::Span;
use crate::model::Id;
use crate::model::environment::{Booking, Environment, Window};
use crate::model::records::ChangeStatus;

impl<'p> Collector<'p> {
    /// The freezes of the settings.
    pub fn freezes(&mut self) {
        let portfolio = self.portfolio;
        for (index, freeze) in portfolio.settings.freezes.iter().enumerate() {
            let Some(times) = Times::freeze(freeze, portfolio.zone) else { continue };
            let days = if times.recurs() {
                let minutes = freeze.duration.as_ref().map(|duration| duration.value.0);
                freeze.start.as_ref().and_then(|start| whole_days(start.value, None, minutes))
            } else {
                let to = freeze.to.as_ref().map(|to| to.value);
                freeze.from.as_ref().and_then(|from| whole_days(from.value, to, None))
            };
            let label = named(&freeze.common, &freeze.id).to_owned();
            let event = Event {
                projects: freeze.projects.iter().collect(),
                environments: freeze.environments.iter().collect(),
                team: freeze.teams.first(),
                owner: freeze.common.owner(),
                description: described(&freeze.common),
                ..blank(
                    EventKind::Freeze,
                    Origin::Freeze(index),
                    format!("freeze/{}", freeze.id),
                    label,
                    freeze.id.span,
                )
            };
            self.occurrences(&event, &times, days, portfolio.zone);
        }
    }

    /// Maintenance, outages and bookings.
    pub fn environments(&mut self) {
        for (index, environment) in self.portfolio.environments.iter().enumerate() {
            for window in &environment.maintenance {
                self.maintenance((index, environment), window);
            }
            self.outages((index, environment));
            for booking in &environment.bookings {
                self.booking((index, environment), booking);
            }
        }
    }

    fn maintenance(&mut self, at: (usize, &'p Environment), window: &'p Window) {
        let zone = self.portfolio.zone_of(at.1);
        let Some(times) = Times::window(window, zone) else { return };
        let days = whole_days(window.start.value, None, Some(window.duration.value.0));
        // A window of maintenance has no id.
        let key = window.common.name().map_or_else(String::new, |name| format!("/{}", part(name)));
        let label = named(&window.common, "maintenance");
        let event = inside(EventKind::Maintenance, at, &format!("maintenance{key}"), label, window.rrule.span);
        let event = Event { description: described(&window.common), ..event };
        self.occurrences(&event, &times, days, zone);
    }

    fn outages(&mut self, at: (usize, &'p Environment)) {
        let zone = self.portfolio.zone_of(at.1);
        for outage in &at.1.outages {
            let Some(times) = Times::once(&outage.from, &outage.to, zone) else { continue };
            let days = whole_days(outage.from.value, Some(outage.to.value), None);
            // An outage has no id.
            let key = outage.common.name().map_or_else(|| outage.from.value.to_string(), part);
            let reason = outage.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
            let label = named(&outage.common, reason.unwrap_or("outage"));
            let event = inside(EventKind::Outage, at, &format!("outages/{key}"), label, outage.from.span);
            let description = described(&outage.common).or(reason.map(str::to_owned));
            self.occurrences(&Event { description, ..event }, &times, days, zone);
        }
    }

    fn booking(&mut self, at: (usize, &'p Environment), booking: &'p Booking) {
        let zone = self.portfolio.zone_of(at.1);
        let Some(times) = Times::once(&booking.from, &booking.to, zone) else { return };
        let days = whole_days(booking.from.value, Some(booking.to.value), None);
        let release = booking.release.as_ref().and_then(|id| self.portfolio.releases.index(id));
        let purpose = booking.purpose.as_deref().map(str::trim).filter(|purpose| !purpose.is_empty());
        let label = named(&booking.common, purpose.unwrap_or(&booking.id));
        let event = inside(EventKind::Booking, at, &format!("bookings/{}", booking.id), label, booking.id.span);
        let owner = booking.common.owner();
        let event = Event {
            release,
            status: release.map_or(EventStatus::Confirmed, |r| status(&self.portfolio.releases[r])),
            description: described(&booking.common).or(purpose.map(str::to_owned)),
            owner,
            team: self.team(owner),
            ..event
        };
        self.occurrences(&event, &times, days, zone);
    }

    /// The windows of changes.
    pub fn changes(&mut self) {
        let zone = self.portfolio.zone;
        for (index, change) in self.portfolio.changes.iter().enumerate() {
            let Some(window) = &change.window else { continue };
            let Some(time) = deployments::within(window, zone) else { continue };
            let (start, end) = moments(time, zone);
            let release = change.release.as_ref().and_then(|id| self.portfolio.releases.index(id));
            let own = match change.status.as_ref().map(|status| status.value) {
                None | Some(ChangeStatus::Draft | ChangeStatus::Submitted) => EventStatus::Tentative,
                Some(ChangeStatus::Rejected) => EventStatus::Cancelled,
                Some(_) => EventStatus::Confirmed,
            };
            let with = release.map(|r| status(&self.portfolio.releases[r]));
            let status = if with == Some(EventStatus::Cancelled) { EventStatus::Cancelled } else { own };
            let name = change.common.name().map_or_else(String::new, |name| format!(" {}", name.trim()));
            let label = format!("{}{name}", change.id);
            let uid = format!("change/{}", change.id);
            let event = blank(EventKind::Change, Origin::Change(index), uid, label, change.id.span);
            self.push(Event {
                release,
                projects: change.project.iter().collect(),
                owner: change.common.owner(),
                description: described(&change.common),
                start,
                end,
                status,
                ..event
            });
        }
    }
}

/// An event of an environment.
fn inside<'p>(
    kind: EventKind,
    (index, environment): (usize, &'p Environment),
    path: &str,
    label: &str,
    span: Span,
) -> Event<'p> {
    let id: &Id = &environment.id;
    let uid = format!("environment/{id}/{path}");
    let event = blank(kind, Origin::Environment(index), uid, label.to_owned(), span);
    Event { title: format!("{id} {label}"), environments: vec![id], ..event }
}

/// An event that is certain, about nothing yet and without a time.
pub(super) fn blank<'p>(kind: EventKind, origin: Origin, uid: String, label: String, span: Span) -> Event<'p> {
    let start = Moment::Day(crate::time::MIN_DATE);
    Event {
        uid,
        kind,
        title: label.clone(),
        label,
        description: None,
        origin,
        release: None,
        projects: Vec::new(),
        environments: Vec::new(),
        team: None,
        owner: None,
        start,
        end: start,
        status: EventStatus::Confirmed,
        span,
    }
}

//! Which environments a command looks at.

use super::Selection;
use crate::analysis::occupancy::{Booking, Occupancy, Source};
use crate::analysis::windows::Stretch;
use crate::model::Portfolio;
use crate::time::zone;

impl Selection {
    /// Whether an environment is selected: by its own id, stage, labels and owner and by what it hosts; by releases, their
    /// types, teams and days when something that fits them is booked there.
    pub fn selects_environment(&self, portfolio: &Portfolio, environment: usize, occupancy: &Occupancy) -> bool {
        let manifest = &portfolio.environments[environment];
        let hosts = || match &manifest.projects {
            Some(projects) => self.projects.allow_any(projects.iter().map(|id| &**id)),
            None => true,
        };
        self.environments.allow(&manifest.id)
            && self.stages.allow(&manifest.stage)
            && hosts()
            && self.owners.allow_any(manifest.common.owner().map(|id| &**id))
            && self.labels.iter().all(|(key, value)| {
                manifest.common.labels().iter().any(|(name, text)| **name == **key && value.allow(text))
            })
            && (!self.asks_for_bookings()
                || occupancy.of(environment).iter().any(|booking| self.selects_booking(portfolio, booking)))
    }

    /// Whether a booking fits the releases, types, teams and days that are asked for.
    pub fn selects_booking(&self, portfolio: &Portfolio, booking: &Booking) -> bool {
        let release = booking.release.map(|release| &portfolio.releases[release]);
        let environment = &portfolio.environments[booking.environment];
        let team = match (booking.source, release) {
            (Source::Phase { phase, .. }, Some(release)) => release.phases[phase].team.as_deref(),
            (Source::Entry { index }, _) => environment.bookings[index].common.owner().map(|id| &**id),
            _ => None,
        };
        let owner = release.and_then(|release| release.common.owner()).map(|id| &**id);
        self.releases.allow_any(release.map(|release| &*release.id))
            && self.types.allow_any(release.map(|release| &*release.r#type))
            && self.teams.allow_any(team.into_iter().chain(owner))
            && self.within(portfolio, booking.environment).is_none_or(|days| days.overlaps(&booking.held()))
    }

    /// Whether environments are asked for by what is booked there.
    fn asks_for_bookings(&self) -> bool {
        let by_release = [&self.releases, &self.types, &self.teams].iter().any(|patterns| !patterns.is_empty());
        by_release || self.from.is_some() || self.to.is_some()
    }

    /// The days asked for, in the zone of an environment; none when any will do. Days the wrong way round hold nothing.
    pub fn within(&self, portfolio: &Portfolio, environment: usize) -> Option<Stretch> {
        if self.from.is_none() && self.to.is_none() {
            return None;
        }
        let zone = portfolio.zone_of(&portfolio.environments[environment]);
        let always = crate::analysis::windows::always();
        let start = self.from.map_or(always.start, |from| zone::start_of_day(from, zone));
        let end = self.to.map_or(always.end, |to| zone::start_of_day(to.succ_opt().unwrap_or(to), zone));
        Some(Stretch { start, end: end.max(start) })
    }
}

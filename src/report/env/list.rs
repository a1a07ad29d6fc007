//! The view of `relm env list`: every environment, who is in it now, and who comes next.

use serde::Serialize;

use super::{BookingView, Input, Moment, Source};
use crate::analysis::windows::Stretch;
use crate::model::Identified;
use crate::model::environment::Provisioning;
use crate::report::Header;

/// The name and version of [`List`]'s shape.
pub const SCHEMA: &str = "relm.env.list/1";

/// What `relm env list` shows.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct List {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The instant that "now" means.
    pub now: Moment,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The environments that were asked for, in the order of promotion, then by id.
    pub environments: Vec<EnvironmentView>,
}

/// An environment and how it stands now.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct EnvironmentView {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: Option<String>,
    /// The stage it belongs to.
    pub stage: String,
    /// Who runs it.
    pub owner: Option<String>,
    /// Releases that can use it at once.
    pub capacity: u32,
    /// `persistent` or `on-demand`.
    pub provisioning: &'static str,
    /// The zone in which its dates and times are meant.
    pub time_zone: &'static str,
    /// The projects it hosts; null when it hosts all.
    pub hosts: Option<Vec<String>>,
    /// Units in demand now, those of drafts included.
    pub units: u32,
    /// What holds it now.
    pub bookings: Vec<BookingView>,
    /// The booking that begins next.
    pub next: Option<BookingView>,
    /// The first instant from now at which a unit is free, nobody wants to be alone and there is no outage; null when that
    /// never comes.
    pub free_from: Option<Moment>,
    /// Until when an outage lasts that is on now.
    pub outage_until: Option<Moment>,
    /// Conflicts of its bookings that are not over, those of drafts included.
    pub conflicts: usize,
    /// How many of them would not be without drafts.
    pub tentative_conflicts: usize,
    /// Where it is written.
    pub source: Option<Source>,
}

impl List {
    /// The view of these environments, by index.
    pub fn new(header: Header, input: &Input<'_>, environments: &[usize]) -> Self {
        Self {
            header,
            now: Moment::new(input.clock.now, input.clock.zone),
            portfolio: input.portfolio.settings.common.name().map(str::to_owned),
            environments: environments.iter().map(|&index| EnvironmentView::new(input, index)).collect(),
        }
    }
}

impl EnvironmentView {
    /// How an environment stands now.
    pub fn new(input: &Input<'_>, index: usize) -> Self {
        let (environment, zone) = input.environment(index);
        let now = input.clock.now;
        let bookings = input.occupancy.of(index);
        let levels = input.occupancy.levels(input.portfolio, index);
        let level = levels.iter().find(|level| level.time.contains(now));
        let conflicts: Vec<_> = input.open_conflicts(index).collect();
        let outage = input.outages(index, instant(now));
        Self {
            id: environment.id.to_string(),
            name: environment.common().name().map(str::to_owned),
            stage: environment.stage.to_string(),
            owner: environment.common().owner().map(ToString::to_string),
            capacity: environment.capacity(),
            provisioning: environment.provisioning.unwrap_or(Provisioning::Persistent).as_str(),
            time_zone: zone.name(),
            hosts: environment.projects.as_ref().map(|ids| ids.iter().map(ToString::to_string).collect()),
            units: level.map_or(0, |level| level.units),
            bookings: bookings.iter().filter(|one| one.held().contains(now)).map(|one| input.booking(one)).collect(),
            next: bookings.iter().find(|booking| booking.held_from > now).map(|booking| input.booking(booking)),
            free_from: free_from(input, index).map(|at| Moment::new(at, zone)),
            outage_until: outage.iter().map(|outage| outage.end).max().map(|end| Moment::new(end, zone)),
            conflicts: conflicts.len(),
            tentative_conflicts: conflicts.iter().filter(|conflict| conflict.tentative).count(),
            source: input.source(environment.id.span),
        }
    }
}

fn instant(at: chrono::DateTime<chrono::Utc>) -> Stretch {
    Stretch { start: at, end: at + chrono::TimeDelta::seconds(1) }
}

/// The first instant from now at which a unit is free, nobody wants to be alone and there is no outage.
pub fn free_from(input: &Input<'_>, index: usize) -> Option<chrono::DateTime<chrono::Utc>> {
    let capacity = input.portfolio.environments[index].capacity();
    if capacity == 0 {
        return None;
    }
    let now = input.clock.now;
    let later = Stretch { start: now, end: crate::analysis::windows::always().end };
    let levels = input.occupancy.levels(input.portfolio, index);
    let full = levels.iter().filter(|level| level.units >= capacity || level.exclusive).map(|level| level.time);
    let taken = Stretch::merge(full.chain(input.outages(index, later)).collect());
    let free = taken.iter().find(|taken| taken.contains(now)).map_or(now, |taken| taken.end);
    (free < later.end).then_some(free)
}

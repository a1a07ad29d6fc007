//! The view of `relm env show`: one environment, what is in it, who uses it, when it is closed.

use chrono::Duration;
use serde::Serialize;

use super::conflicts::{ConflictView, Span};
use super::list::EnvironmentView;
use super::schedule::{Closure, Days, Timeline};
use super::state::{DriftView, EnvironmentState, drift};
use super::{BookingView, Input, Moment};
use crate::analysis::installed::Installed;
use crate::analysis::windows::{EnvironmentTimes, Stretch};
use crate::report::Header;
use crate::time::{When, plus_days, zone};

/// The name and version of [`Show`]'s shape.
pub const SCHEMA: &str = "relm.env.show/1";

/// Days that closures and windows are looked for ahead.
pub const AHEAD: i64 = 49;

/// What `relm env show` shows.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Show {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The instant that "now" means.
    pub now: Moment,
    /// The environment and how it stands now; its `bookings` are those that hold it now.
    pub environment: EnvironmentView,
    /// What its manifest says of it.
    pub description: Option<String>,
    /// Working time to set it up, as written.
    pub lead_time: Option<String>,
    /// Working time a version must have spent in the stage before, as written.
    pub soak: Option<String>,
    /// What is installed at the time asked for.
    pub state: EnvironmentState,
    /// Where the records differ from what releases say.
    pub drift: Vec<DriftView>,
    /// Its bookings that are not over, by the start of holding it.
    pub booked: Vec<BookingView>,
    /// Freezes, outages and maintenance of the next seven weeks, by their start.
    pub closures: Vec<Closure>,
    /// When deployments are allowed in the next seven weeks; null when they always are.
    pub windows: Option<Vec<Window>>,
    /// Its conflicts that are not over, by their start.
    pub conflicts: Vec<ConflictView>,
    /// The next seven weeks, day by day.
    #[serde(skip)]
    pub timeline: Timeline,
}

/// A time in which deployments are allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Window {
    /// The name for people.
    pub name: Option<String>,
    /// When.
    #[serde(flatten)]
    pub time: Span,
}

impl Show {
    /// The view of an environment, by index, with what is installed at a time, now without one.
    pub fn new(header: Header, input: &Input<'_>, index: usize, time: Option<When>) -> Self {
        let installed = Installed::new(input.portfolio);
        let drift = drift(input, &installed, &[index], time);
        Self::knowing(header, input, index, time, &installed, drift)
    }

    /// The same for those who show many environments: with what the records say, and where this one differs, found before.
    pub fn knowing(
        header: Header,
        input: &Input<'_>,
        index: usize,
        time: Option<When>,
        installed: &Installed<'_>,
        drift: Vec<DriftView>,
    ) -> Self {
        let (manifest, zone) = input.environment(index);
        let now = input.clock.now;
        let levels = input.occupancy.levels(input.portfolio, index);
        let conflicts = input.open_conflicts(index).map(|conflict| ConflictView::new(input, &conflict, &levels));
        let booked = input.occupancy.of(index).iter().filter(|booking| booking.time.end > now);
        let days = Days::new(None, None, input.clock.today, false);
        let timeline = Timeline::new(header.clone(), input, &[index], days);
        let lead = manifest.setup.as_ref().and_then(|setup| setup.lead_time.as_ref());
        Self {
            now: Moment::new(now, zone),
            environment: EnvironmentView::new(input, index),
            description: manifest.common.description().map(|text| text.trim().to_owned()),
            lead_time: lead.map(ToString::to_string),
            soak: manifest.soak.as_ref().map(ToString::to_string),
            state: EnvironmentState::new(input, installed, index, time),
            drift,
            booked: booked.map(|booking| input.booking(booking)).collect(),
            closures: timeline.closures.iter().filter(|closure| closure.to.instant > now).cloned().collect(),
            windows: windows(input, index),
            conflicts: conflicts.collect(),
            timeline,
            header,
        }
    }
}

/// The times in which deployments are allowed in the days ahead; none when they always are.
fn windows(input: &Input<'_>, index: usize) -> Option<Vec<Window>> {
    let (manifest, zone) = input.environment(index);
    let times = EnvironmentTimes::new(input.portfolio, manifest);
    if !times.limited {
        return None;
    }
    let end = zone::start_of_day(plus_days(input.clock.today, AHEAD), zone);
    let range = Stretch { start: input.clock.now, end: end.max(input.clock.now + Duration::seconds(1)) };
    let mut found: Vec<Window> = Vec::new();
    for entry in &times.windows {
        let name = manifest.windows[entry.index].common.name();
        found.extend(entry.times.during(range).into_iter().map(|time| Window {
            name: name.map(str::to_owned),
            time: Span { from: Moment::new(time.start, zone), to: Moment::new(time.end, zone) },
        }));
    }
    found.sort_by_key(|window| (window.time.from, window.time.to));
    Some(found)
}

//! The view of `relm gate list`: where every gate stands, the worst first.

use serde::Serialize;

use super::{GateView, Input, ReadinessView};
use crate::analysis::gates::State;
use crate::report::Header;

/// The name and version of [`List`]'s shape.
pub const SCHEMA: &str = "relm.gate.list/1";

/// What `relm gate list` shows.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct List {
    /// Schema, day and revision.
    #[serde(flatten)]
    pub header: Header,
    /// The portfolio's name.
    pub portfolio: Option<String>,
    /// The gates that were asked for: those that are rejected, overdue or stale first, those that are passed last, each by
    /// the last day, then by release and id.
    pub gates: Vec<GateView>,
    /// How ready the releases that were asked for are, by id.
    pub releases: Vec<ReadinessView>,
}

impl List {
    /// The gates of these releases, by index, in one of these states; in any when none is named.
    pub fn new(header: Header, input: &Input<'_>, releases: &[usize], states: &[State]) -> Self {
        let mut found: Vec<(State, GateView)> = Vec::new();
        for &release in releases {
            let gates = input.gates.of(release).into_iter();
            let wanted = gates.filter(|gate| states.is_empty() || states.contains(&gate.state));
            found.extend(wanted.map(|gate| (gate.state, GateView::new(input, release, &gate))));
        }
        // The sort is stable: what is due on the same day stays by release, and in the order of its manifest.
        found.sort_by_key(|(state, gate)| (urgency(*state), gate.due.is_none(), gate.due));
        Self {
            portfolio: input.portfolio().settings.common.name().map(str::to_owned),
            gates: found.into_iter().map(|(_, gate)| gate).collect(),
            releases: releases.iter().map(|&release| ReadinessView::new(input, release)).collect(),
            header,
        }
    }
}

/// What needs somebody comes first.
const fn urgency(state: State) -> u8 {
    match state {
        State::Overdue | State::Rejected | State::Stale => 0,
        State::Pending => 1,
        State::Passed => 2,
    }
}

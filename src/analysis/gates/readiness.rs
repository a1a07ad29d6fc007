//! How ready a release is: what its gates have of what they ask for, with those of its parts.

use super::{Gates, Judged, State};
use crate::model::release::Status;

/// Gates, criteria and approvals, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Readiness {
    /// Gates that are passed.
    pub passed: usize,
    /// Gates.
    pub gates: usize,
    /// Criteria that are met.
    pub met: usize,
    /// Criteria.
    pub criteria: usize,
    /// Approvals that count.
    pub given: usize,
    /// Approvals that are required.
    pub required: usize,
}

impl Readiness {
    /// Whether every gate is passed; a release without gates is ready.
    pub const fn is_ready(&self) -> bool {
        self.passed == self.gates
    }

    fn add(&mut self, gate: &Judged<'_>) {
        self.passed += usize::from(gate.state == State::Passed);
        self.gates += 1;
        self.met += gate.met();
        self.criteria += gate.criteria.len();
        self.given += gate.given();
        self.required += gate.demanded();
    }
}

impl Gates<'_> {
    /// The readiness of a release and of everything that is part of it and not cancelled.
    pub fn readiness(&self, release: usize) -> Readiness {
        let mut readiness = Readiness::default();
        for part in self.portfolio.family(release) {
            if part == release || self.portfolio.releases[part].status() != Status::Cancelled {
                self.of(part).iter().for_each(|gate| readiness.add(gate));
            }
        }
        readiness
    }
}

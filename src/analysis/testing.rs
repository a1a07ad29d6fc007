//! Portfolios with their schedule from a text, for tests of analyses.

use crate::analysis::schedule::Schedule;
use crate::graph::Graph;
use crate::load::testing::portfolio;
use crate::model::Portfolio;

/// A portfolio and what follows from it.
pub struct Loaded {
    /// The manifests.
    pub portfolio: Portfolio,
    /// When things happen, as of 2026-11-16.
    pub schedule: Schedule,
}

/// Reads documents that must be free of faults; without a portfolio they get one with the stages dev, test and prod.
pub fn loaded(text: &str) -> Loaded {
    let text = if text.contains("kind: portfolio") {
        text.to_owned()
    } else {
        format!("kind: portfolio\nstages: [dev, test, prod]\n---\n{text}")
    };
    let portfolio = portfolio(&text);
    let graph = Graph::new(&portfolio);
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 16).unwrap_or_default();
    let schedule = Schedule::new(&portfolio, &graph, today);
    Loaded { portfolio, schedule }
}

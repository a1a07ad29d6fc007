//! What a change of the plan does to everything else: two portfolios with their schedules, before and after.
//!
//! A slip is first turned into [`Setting`]s, the fields somebody would write to say the same; so what is compared is always
//! a portfolio as it is with a portfolio as it could be written.

mod bottleneck;
mod follow;
mod missed;
mod moves;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod oracle;
mod slip;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use crate::analysis::schedule::Schedule;
use crate::graph::{Graph, Node};
use crate::model::Portfolio;

pub use bottleneck::{Bottleneck, Collision, Contention, bottleneck, collisions};
pub use follow::{followed, move_deployments, production_moves};
pub use missed::{Kind as MissedKind, Missed, missed};
pub use moves::{Ends, Item, Move, Moves};
pub use slip::{Refusal, Setting, in_days, settings};

/// One of the two portfolios.
#[derive(Debug, Clone, Copy)]
pub struct Side<'p> {
    /// The manifests.
    pub portfolio: &'p Portfolio,
    /// What depends on what.
    pub graph: &'p Graph,
    /// When things happen.
    pub schedule: &'p Schedule,
}

/// What a phase, milestone or release is called: `payments/uat`, `payments`.
pub fn name(portfolio: &Portfolio, node: Node) -> String {
    let inside = |r: usize, id: &str| format!("{}/{id}", portfolio.releases[r].id);
    match node {
        Node::Phase(r, p) => inside(r, &portfolio.releases[r].phases[p].id),
        Node::Milestone(r, m) => inside(r, &portfolio.releases[r].milestones[m].id),
        Node::Gate(r, g) => inside(r, &portfolio.releases[r].gates[g].id),
        Node::Start(r) | Node::Finish(r) => portfolio.releases[r].id.to_string(),
        Node::Project(index) => portfolio.projects[index].id.to_string(),
    }
}

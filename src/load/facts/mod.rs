//! What loading learns outside manifests, and only when somebody asks: reading history, reports and artifacts costs more than
//! reading the manifests.

mod artifacts;
mod evidence;
mod files;
mod provenance;
mod repositories;

pub use artifacts::hashes;
pub use provenance::{Difference, canonical, differences};

use super::portfolio::Loaded;
use super::source::Source;
use crate::model::Portfolio;
use crate::model::facts::{Evidence, Facts};
use crate::model::portfolio::Provenance as Policy;
use crate::model::release::Gate;

/// What shall be learnt.
#[allow(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wants {
    /// The history behind approvals and scopes.
    pub provenance: bool,
    /// The reports and documents that criteria point to.
    pub evidence: bool,
    /// The files that ship.
    pub artifacts: bool,
    /// The repositories of projects, for the commits behind what was deployed.
    pub repositories: bool,
}

impl Wants {
    /// What it takes to judge the gates of a portfolio: the history only where its approvals are to be proven, may become stale,
    /// or must not come from those who wrote the scope.
    pub fn to_judge_gates(portfolio: &Portfolio) -> Self {
        let policy = portfolio.settings.approvals.as_ref();
        let is_strict = policy.is_some_and(|policy| {
            !matches!(policy.provenance, None | Some(Policy::None))
                || policy.separation_of_duties == Some(true)
                || !policy.stale_when_changed.is_empty()
        });
        let approvals = || {
            let gates = portfolio.releases.iter().flat_map(|release| &release.gates);
            let changes = portfolio.changes.iter().flat_map(|change| &change.approvals);
            gates.flat_map(|gate| &gate.approvals).chain(changes)
        };
        let provenance = is_strict && approvals().next().is_some();
        let templates = portfolio.settings.gate_templates.iter().flat_map(|(_, template)| &template.criteria);
        let own = portfolio.releases.iter().flat_map(|release| &release.gates).flat_map(|gate: &Gate| &gate.criteria);
        let evidence = own.chain(templates).any(|criterion| criterion.check.is_some() || criterion.evidence.is_some());
        Self { provenance, evidence, ..Self::default() }
    }

    /// What it takes to judge everything.
    pub fn to_judge(portfolio: &Portfolio) -> Self {
        let items = portfolio.releases.iter().flat_map(|release| &release.scope);
        let artifacts = items.flat_map(|item| &item.artifacts).any(|artifact| artifact.sha256.is_some());
        Self { artifacts, ..Self::to_judge_gates(portfolio) }
    }
}

/// Learns it.
pub fn gather(source: &Source, loaded: &Loaded, wants: Wants) -> Facts {
    let provenance = wants.provenance.then(|| provenance::gather(source, loaded));
    let repositories = wants.repositories.then(|| repositories::gather(source, &loaded.portfolio));
    Facts { provenance, evidence: evidence(source, &loaded.portfolio, wants), repositories }
}

fn evidence(source: &Source, portfolio: &Portfolio, wants: Wants) -> Evidence {
    let mut evidence = Evidence::default();
    if wants.evidence {
        evidence.checks = evidence::checks(source, portfolio);
        evidence.files = evidence::documents(source, portfolio);
    }
    if wants.artifacts {
        evidence.artifacts = artifacts::artifacts(source, portfolio);
    }
    evidence
}

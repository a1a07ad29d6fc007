//! Which gates a release must have whether it writes them or not: by its type, and by its risk.

use crate::model::portfolio::Rating;
use crate::model::release::{Release, Risk};
use crate::model::{Id, Portfolio};

/// A gate that a release must have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand<'p> {
    /// The gate, where the demand stands.
    pub gate: &'p Id,
    /// The risk level that demands it; none when the release type does.
    pub level: Option<Rating>,
}

/// What a release's type and risk demand. A release that is called off has to pass nothing.
pub(super) fn of<'p>(portfolio: &'p Portfolio, release: &Release) -> Vec<Demand<'p>> {
    let settings = &portfolio.settings;
    let by_type = settings.release_types.get(&release.r#type).map_or(&[][..], |kind| &kind.gates);
    let level = release.risk.as_deref().and_then(|risk| risk_level(portfolio, risk));
    let by_risk =
        level.and_then(|level| settings.risk_levels.get(level.as_str())).map_or(&[][..], |level| &level.gates);
    let by_type = by_type.iter().map(|gate| Demand { gate, level: None });
    by_type.chain(by_risk.iter().map(|gate| Demand { gate, level })).collect()
}

/// The level of a risk: what `risk_matrix` says of `impact/complexity`, else the larger of the two, one step down when the
/// other is low. Where only one of them is known, it is the level.
pub fn risk_level(portfolio: &Portfolio, risk: &Risk) -> Option<Rating> {
    let impact = risk.impact.as_ref().map(|rating| rating.value);
    let complexity = risk.complexity.as_ref().map(|rating| rating.value);
    let (Some(impact), Some(complexity)) = (impact, complexity) else { return impact.or(complexity) };
    let written = portfolio.settings.risk_matrix.get(&format!("{}/{}", impact.as_str(), complexity.as_str()));
    Some(written.map_or_else(|| default_level(impact, complexity), |rating| rating.value))
}

fn default_level(one: Rating, other: Rating) -> Rating {
    match (one, other) {
        (Rating::High, Rating::Low) | (Rating::Low, Rating::High) | (Rating::Medium, Rating::Medium) => Rating::Medium,
        (Rating::High, _) | (_, Rating::High) => Rating::High,
        _ => Rating::Low,
    }
}

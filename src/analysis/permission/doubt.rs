//! What nobody can tell: manifests that are not understood, and versions that nothing speaks of. The answer is then no.

use super::{Case, Checked, Found, Obstacle};
use crate::analysis::windows::{Deploying, EnvironmentTimes, Times, always, concerns};
use crate::diagnostic::{Span, Subject};
use crate::model::version::canonical;
use crate::model::{Identified, Kind};

/// Manifests that the answer rests on and that could not be understood: something in them might forbid it.
pub fn unreadable(case: &Case<'_>) -> Found {
    let rule = "invalid-value";
    let portfolio = case.facts.portfolio;
    let project = case.question.project;
    let damage = &portfolio.damage;
    let settings = Subject::new(Kind::Portfolio.as_str(), "");
    let mut found = Vec::new();
    let mut doubt = |message: String, span: Span, subject: Subject| {
        found.push(Obstacle { rule, times: vec![always()], message, span, subject });
    };
    if portfolio.settings_doubtful() {
        let message = "`relm.yaml` is not understood as a whole, and a freeze may be missing".to_owned();
        doubt(message, portfolio.settings.span, settings.clone());
    }
    let projects = [&project.id];
    let what = Deploying { environment: case.place, projects: &projects, release: case.release };
    for freeze in portfolio.settings.freezes.iter().filter(|freeze| concerns(portfolio, freeze, what)) {
        if Times::freeze(freeze, portfolio.zone).is_none() {
            let subject = settings.clone().at(format!("freezes/{}", freeze.id));
            doubt(format!("nobody can tell when freeze `{}` holds", freeze.id), freeze.id.span, subject);
        }
    }
    let times = EnvironmentTimes::new(portfolio, case.place);
    let understood = times.windows.len() == case.place.windows.len()
        && times.maintenance.len() == case.place.maintenance.len()
        && times.outages.len() == case.place.outages.len();
    if damage.touches(case.place.span) || !understood {
        let message = format!("`{}` is not understood as a whole, and a window may be missing", case.place.id);
        doubt(message, case.place.id.span, case.place.subject());
    }
    if damage.touches(project.span) {
        let message = format!("`{}` is not understood as a whole, and a requirement may be missing", project.id);
        doubt(message, project.id.span, project.subject());
    } else if damage.may_name(&project.id) {
        let message = format!("a manifest that is not understood speaks of `{}`", project.id);
        doubt(message, project.id.span, project.subject());
    }
    (found, Checked { rule, what: "that its manifests are understood".to_owned() })
}

/// A version that no release ships and no record has, on its way past the first stage.
pub fn unheard_of(case: &Case<'_>) -> Found {
    let rule = "unknown-reference";
    let portfolio = case.facts.portfolio;
    let project = case.question.project;
    let checked = Checked { rule, what: "that something ships the version".to_owned() };
    let Some(written) = case.question.version else { return (Vec::new(), checked) };
    let version = canonical(written);
    let planned = portfolio.releases.iter().flat_map(|release| &release.scope);
    let mut planned = planned.filter(|item| item.project == project.id).filter_map(|item| item.version.as_deref());
    let mut recorded = portfolio.deployments.iter().filter(|record| record.project == project.id);
    // Where versions are not written at all, nobody can be asked to.
    let is_written = planned.next().is_some() || recorded.clone().next().is_some();
    let is_first = portfolio.stage_order(&case.place.stage).unwrap_or(0) == 0;
    let is_shipped = case.question.release.is_some();
    if is_first || is_shipped || !is_written || recorded.any(|record| canonical(&record.version) == version) {
        return (Vec::new(), checked);
    }
    let message = format!("no release that stands ships `{}` {written}, and no record has it", project.id);
    let (span, subject) = (project.id.span, project.subject());
    (vec![Obstacle { rule, times: vec![always()], message, span, subject }], checked)
}

//! What the type of a release `requires`: who has to meet it, and how much it matters today that nobody does.

use super::environments::is_past;
use super::{Context, ReleaseRef};
use crate::diagnostic::wording::{quoted, with_places};
use crate::diagnostic::{Finding, Severity, Subject};
use crate::model::portfolio::Requirement;
use crate::model::release::{Release, Status};
use crate::model::{Identified, Kind, Portfolio, Spanned};
use crate::time::{Duration, plus_days};

/// A target is near when it is this many working days away, where the type of the release has no `notice`.
const NEAR: i64 = 10;

/// A demand of its type that a release does not meet.
pub struct Unmet<'p> {
    at: ReleaseRef<'p>,
    demanded: &'p Spanned<Requirement>,
    /// Who does not meet it, by index: the release itself, or parts of it.
    pub lacking: Vec<usize>,
}

/// What a release that is not over does not meet of a demand of its type; `lacks` judges one release. A composite that ships
/// nothing of its own is judged by its parts that ship, less those whose own type has the same demand.
pub fn unmet<'c>(
    cx: &'c Context<'_>,
    at: ReleaseRef<'c>,
    demand: Requirement,
    lacks: impl Fn(usize) -> bool,
) -> Option<Unmet<'c>> {
    let portfolio = cx.portfolio;
    let demanded = demanded(portfolio, at.index, demand)?;
    if is_past(cx, at.index) {
        return None;
    }
    // What could not be read may be what seems to be missing; so may a part that names this release.
    let damage = &portfolio.damage;
    let is_read = |r: &usize| !damage.touches(portfolio.releases[*r].span);
    if !is_read(&at.index) || (!ships(at.release, demand) && damage.may_name(&at.release.id)) {
        return None;
    }
    let lacking: Vec<usize> = bearers(portfolio, at.index, demand).into_iter().filter(is_read).collect();
    let lacking: Vec<usize> = lacking.into_iter().filter(|&r| lacks(r)).collect();
    (!lacking.is_empty()).then_some(Unmet { at, demanded, lacking })
}

impl Unmet<'_> {
    /// Whether it is the release itself that lacks it, and not its parts.
    pub fn is_its_own(&self) -> bool {
        self.lacking == [self.at.index]
    }

    /// The parts that lack it, quoted.
    pub fn parts(&self, portfolio: &Portfolio) -> String {
        quoted(self.lacking.iter().map(|&r| portfolio.releases[r].id.as_str()))
    }

    /// The end of the message.
    pub fn because(&self, what: &str) -> String {
        format!("the type `{}` demands {what}", self.at.release.r#type)
    }

    /// Adds the line that demands it, and bounds the severity by what is left of the time.
    pub fn weighed(&self, cx: &Context<'_>, finding: Finding) -> Finding {
        let ty = &self.at.release.r#type;
        let subject = Subject::new(Kind::Portfolio.as_str(), "").at(format!("release_types/{ty}"));
        let all_drafts = self.lacking.iter().all(|&r| cx.portfolio.releases[r].status() == Status::Draft);
        weighed(cx, self.at, all_drafts, finding).related(self.demanded.span, subject, "demanded here")
    }
}

/// Bounds the severity of a finding about something that must be there before a release ships: an error in progress or near
/// the target, a warning before; one step less for a draft.
pub fn weighed(cx: &Context<'_>, at: ReleaseRef<'_>, of_drafts: bool, finding: Finding) -> Finding {
    let is_draft = of_drafts || at.release.status() == Status::Draft;
    finding.at_most(match (is_draft, is_urgent(cx, at)) {
        (false, true) => Severity::Error,
        (true, true) | (false, false) => Severity::Warning,
        (true, false) => Severity::Info,
    })
}

/// Whether work has begun, or the target (its own, that of a composite it is part of, or else its planned end) is no further
/// away than the `notice` of the type.
pub fn is_urgent(cx: &Context<'_>, at: ReleaseRef<'_>) -> bool {
    if at.release.status() == Status::InProgress {
        return true;
    }
    let (Some(target), today) = (at.schedule.anchor, cx.clock.today) else { return false };
    let calendar = cx.portfolio.release_calendar(at.release);
    let notice = cx.portfolio.settings.release_types.get(&at.release.r#type).and_then(|ty| ty.notice.as_ref());
    match notice.map(|notice| notice.value.0) {
        Some(Duration::Elapsed { days }) => (target - today).num_days() <= days,
        notice => {
            let left = calendar.working_days(plus_days(today, 1), plus_days(target, 1));
            left <= notice.map_or(NEAR, |notice| calendar.working_length(notice))
        }
    }
}

/// Reports a release that has nothing of what its type demands where a composite may have it for all of its parts.
pub fn report_missing(
    cx: &Context<'_>,
    at: ReleaseRef<'_>,
    demand: Requirement,
    holds: fn(&Release) -> bool,
    help: &str,
    out: &mut Vec<Finding>,
) {
    let portfolio = cx.portfolio;
    let line = |r: usize| std::iter::once(r).chain(portfolio.ancestors(r));
    let lacks = |r: usize| !line(r).any(|r| holds(&portfolio.releases[r]));
    let Some(unmet) = unmet(cx, at, demand, lacks) else { return };
    let (id, because) = (&at.release.id, unmet.because("it"));
    let message = if unmet.is_its_own() {
        format!("`{id}` has no {demand}; {because}")
    } else {
        let parts = if unmet.lacking.len() == 1 { "has its part" } else { "have its parts" };
        format!("`{id}` has no {demand}, and neither {parts} {}; {because}", unmet.parts(portfolio))
    };
    let finding = unmet.weighed(cx, Finding::new(id.span, at.subject(), message).help(help));
    let parts = unmet.lacking.iter().filter(|&&r| r != at.index).map(|&r| &portfolio.releases[r]);
    out.push(with_places(finding, parts.map(|part| (part.id.span, part.subject())), "none here either"));
}

/// Where the type of a release demands this.
fn demanded(portfolio: &Portfolio, release: usize, demand: Requirement) -> Option<&Spanned<Requirement>> {
    let ty = portfolio.settings.release_types.get(&portfolio.releases[release].r#type)?;
    ty.requires.iter().find(|required| required.value == demand)
}

/// Whether the type of a release has this demand.
pub fn is_demanded(portfolio: &Portfolio, release: usize, demand: Requirement) -> bool {
    demanded(portfolio, release, demand).is_some()
}

/// Whether a release ships something of its own that the demand could be about.
fn ships(release: &Release, demand: Requirement) -> bool {
    let has_steps = release.deployment.as_ref().is_some_and(|plan| !plan.steps.is_empty());
    !release.scope.is_empty() || (has_steps && demand != Requirement::Artifacts)
}

/// Who has to meet a demand on a release.
fn bearers(portfolio: &Portfolio, release: usize, demand: Requirement) -> Vec<usize> {
    if ships(&portfolio.releases[release], demand) {
        return vec![release];
    }
    let family = portfolio.family(release).split_off(1);
    // From a part up to this release.
    let line = |part: usize| {
        std::iter::once(part).chain(portfolio.ancestors(part)).take_while(|&above| above != release).collect::<Vec<_>>()
    };
    let status = |r: usize| portfolio.releases[r].status();
    let parts = family.into_iter().filter(|&part| line(part).iter().all(|&r| status(r) != Status::Cancelled));
    let parts: Vec<usize> = parts.collect();
    let answers_itself = |part: usize| line(part).iter().any(|&r| is_demanded(portfolio, r, demand));
    let (shipping, idle): (Vec<usize>, Vec<usize>) =
        parts.into_iter().partition(|&part| ships(&portfolio.releases[part], demand));
    if shipping.is_empty() && !idle.into_iter().any(answers_itself) {
        return vec![release];
    }
    let open = shipping.into_iter().filter(|&part| line(part).iter().all(|&r| !status(r).is_over()));
    open.filter(|&part| !answers_itself(part)).collect()
}

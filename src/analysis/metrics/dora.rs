//! The five metrics of dora.dev, of deployments to production.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::base::{day_in, incident_zone};
use super::definition::{Definition, Family, Goal, Measured, Record, Subject, Unit};
use super::{Cause, Period, Scope, Shipped, median};
use crate::model::records::{DeploymentReason, DeploymentResult};
use crate::time::When;

const SOURCE: &str = "dora.dev";
const NEEDS: &str = "entries of `kind: deployments` to the last stage";

pub(super) static DEFINITIONS: [Definition; 5] = [
    Definition {
        id: "change_lead_time",
        name: "change lead time",
        family: Family::Dora,
        unit: Unit::Hours,
        definition: "median time from the commit of a change to its successful deployment to production; by the commits between two deployed versions where the project's repository can be read, else by the deployment's `committed_at`",
        source: SOURCE,
        needs: "successful deployments to production with `committed_at`, or a local `repository` of the project",
        goal: Goal::Less,
        subject: Subject::Deployment,
        measure: lead_time,
    },
    Definition {
        id: "deployment_frequency",
        name: "deployment frequency",
        family: Family::Dora,
        unit: Unit::PerWeek,
        definition: "successful deployments to production ÷ weeks of the period",
        source: SOURCE,
        needs: NEEDS,
        goal: Goal::More,
        subject: Subject::Deployment,
        measure: frequency,
    },
    Definition {
        id: "failed_deployment_recovery_time",
        name: "failed deployment recovery",
        family: Family::Dora,
        unit: Unit::Hours,
        definition: "median time from the end of a deployment to production to the restoration of service, over the incidents it caused",
        source: SOURCE,
        needs: "incidents with `caused_by` and `restored`",
        goal: Goal::Less,
        subject: Subject::Deployment,
        measure: recovery,
    },
    Definition {
        id: "change_fail_rate",
        name: "change fail rate",
        family: Family::Dora,
        unit: Unit::Ratio,
        definition: "deployments to production that failed, were rolled back or caused an incident ÷ all but those that were aborted",
        source: SOURCE,
        needs: NEEDS,
        goal: Goal::Less,
        subject: Subject::Deployment,
        measure: fail_rate,
    },
    Definition {
        id: "deployment_rework_rate",
        name: "deployment rework rate",
        family: Family::Dora,
        unit: Unit::Ratio,
        definition: "deployments to production to mend a fault (`reason: fix`) ÷ all but those that were aborted",
        source: SOURCE,
        needs: NEEDS,
        goal: Goal::Less,
        subject: Subject::Deployment,
        measure: rework_rate,
    },
];

impl<'m, 'p> Scope<'m, 'p> {
    /// The deployments to production of the period, flawed ones among them.
    pub(super) fn shipped(&self) -> impl Iterator<Item = &'m Shipped<'p>> + use<'m, 'p> {
        let (base, period) = (self.base, self.period);
        let all = &self.members.shipped;
        // They are sorted by time, and the zones of the world are less than two days apart.
        let far = |day: NaiveDate| (day - period.since).num_days() < -2;
        let from = all.partition_point(|&place| far(base.shipped[place].day));
        let late = move |it: &&Shipped<'p>| (it.day - period.until).num_days() <= 2;
        let near = all[from..].iter().map(move |&place| &base.shipped[place]).take_while(late);
        near.filter(move |it| period.contains(it.day))
    }

    /// Those that count; the others are left out with the reason.
    pub(super) fn counted(&self, out: &mut Measured) -> Vec<&'m Shipped<'p>> {
        let mut found = Vec::new();
        for it in self.shipped() {
            match &it.flaw {
                Some(flaw) => out.leave(it.as_record(), flaw),
                None if !it.counts() => out.leave(it.as_record(), "it was aborted"),
                None => found.push(it),
            }
        }
        found
    }
}

fn lead_time(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for it in scope.counted(&mut out) {
        if !it.succeeded() {
            out.leave(it.as_record(), format!("it ended as `{}`", it.record.result.value));
        } else if it.goes_back() {
            out.leave(it.as_record(), "it went back to an earlier version and brought no change");
        } else if let Some(commits) = scope.base.repositories().and_then(|known| known.of(it.record.span)) {
            by_commits(it, commits, &mut out);
        } else {
            by_record(scope, it, &mut out);
        }
    }
    out.median()
}

/// One change for each commit that the deployment brought.
fn by_commits(it: &Shipped<'_>, commits: &[crate::model::facts::ShippedCommit], out: &mut Measured) {
    if commits.is_empty() {
        out.leave(it.as_record(), "no commit is new in it");
    }
    for commit in commits {
        let id = format!("{}:{}", it.as_record().id, commit.id.get(..10).unwrap_or(&commit.id));
        let record = Record::new("commit", id, it.record.span);
        let hours = hours(it.at - commit.at);
        if hours < 0.0 {
            out.leave(record, "it was committed after the deployment finished");
        } else {
            out.count(record, hours);
        }
    }
}

/// The change that the record itself dates.
fn by_record(scope: &Scope<'_, '_>, it: &Shipped<'_>, out: &mut Measured) {
    let record = it.as_record();
    let Some(committed) = &it.record.committed_at else {
        return out.leave(record, "it does not say when the change was committed (`committed_at`)");
    };
    let zone = scope.base.portfolio().zone_at(&it.record.environment);
    let hours = hours(it.at - committed.value.instant(zone));
    if hours >= 0.0 {
        return out.count(record, hours);
    }
    let is_vague = matches!(it.record.at.value, When::Date(_)) && day_in(committed.value, zone) == it.day;
    let why = if is_vague {
        "it was committed on the day it finished, and nobody wrote at which time"
    } else {
        "it was committed after it finished"
    };
    out.leave(record, why);
}

fn hours(length: chrono::TimeDelta) -> f64 {
    length.num_seconds() as f64 / 3600.0
}

fn frequency(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for it in scope.counted(&mut out) {
        if it.succeeded() {
            out.count(it.as_record(), 1.0);
        } else {
            out.leave(it.as_record(), format!("it ended as `{}`", it.record.result.value));
        }
    }
    let ever = scope.members.shipped.iter().any(|&place| scope.base.shipped[place].flaw.is_none());
    out.population = out.sample.len();
    out.value = ever.then(|| out.population as f64 / scope.period.weeks());
    out
}

/// How many days of a week, and of thirty days, see a successful deployment: the medians over the stretches of the period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm {
    /// Deployment days of a week; none for a period of less than a week.
    pub per_week: Option<f64>,
    /// Deployment days of thirty; none for a shorter period.
    pub per_month: Option<f64>,
}

/// The rhythm of a period; none when there never was a deployment.
pub fn rhythm(scope: &Scope<'_, '_>) -> Option<Rhythm> {
    frequency(scope).value?;
    let days: HashSet<NaiveDate> = scope.shipped().filter(|it| it.succeeded()).map(|it| it.day).collect();
    let inside = |period: &Period| days.iter().filter(|day| period.contains(**day)).count() as f64;
    let typical = |length: i64| median(scope.period.stretches(length).iter().map(inside).collect());
    Some(Rhythm { per_week: typical(7), per_month: typical(30) })
}

fn recovery(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let (base, portfolio) = (scope.base, scope.base.portfolio());
    for it in scope.shipped() {
        for &index in &it.incidents {
            let incident = &portfolio.incidents[index];
            let record = Record::new("incident", &incident.id, incident.span);
            if let Some(flaw) = &it.flaw {
                out.leave(record, format!("of the deployment that caused it: {flaw}"));
            } else if !it.counts() {
                out.leave(record, "the deployment it names was aborted");
            } else if let Some(restored) = &incident.restored {
                let hours = hours(restored.value.instant(incident_zone(portfolio, incident)) - it.at);
                if hours < 0.0 {
                    out.leave(record, "service was restored before the deployment finished");
                } else {
                    out.count_noted(record, hours, format!("caused by {}", it.as_record().id));
                }
            } else {
                out.leave(record, "service is not restored, as far as is written");
            }
        }
    }
    for &index in &scope.members.incidents {
        let incident = &portfolio.incidents[index];
        if !scope.period.contains(base.incident_day(incident)) {
            continue;
        }
        let record = || Record::new("incident", &incident.id, incident.span);
        match &base.causes[index] {
            Cause::Unnamed => out.leave(record(), "it names no deployment that caused it"),
            Cause::Elsewhere => out.leave(record(), "what caused it was not deployed to production"),
            Cause::Unknown(why) => out.leave(record(), why),
            Cause::Deployment(_) => {}
        }
    }
    out.median()
}

fn fail_rate(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for it in scope.counted(&mut out) {
        let result = it.record.result.value;
        let incidents = || {
            let ids = it.incidents.iter().map(|&index| scope.base.portfolio().incidents[index].id.as_str());
            format!("caused {}", ids.collect::<Vec<_>>().join(", "))
        };
        if matches!(result, DeploymentResult::Failed | DeploymentResult::RolledBack) {
            out.count_noted(it.as_record(), 1.0, result.as_str());
        } else if it.incidents.is_empty() {
            out.count(it.as_record(), 0.0);
        } else {
            out.count_noted(it.as_record(), 1.0, incidents());
        }
    }
    out.mean()
}

fn rework_rate(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    for it in scope.counted(&mut out) {
        let is_fix = it.record.reason == Some(DeploymentReason::Fix);
        out.count(it.as_record(), f64::from(u8::from(is_fix)));
    }
    out.mean()
}

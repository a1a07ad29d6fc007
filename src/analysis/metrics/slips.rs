//! How often and how far written dates moved. The history tells; who measures hands it in.

use chrono::NaiveDate;

use super::Scope;
use super::definition::{Definition, Family, Goal, Measured, Record, Subject, Unit};
use crate::model::release::Status;

const NEEDS: &str = "the history of the portfolio in git";

pub(super) static DEFINITIONS: [Definition; 2] = [
    Definition {
        id: "slip_count",
        name: "slips",
        family: Family::Schedule,
        unit: Unit::Count,
        definition: "written dates of releases that a commit of the period moved to a later day; releases that were cancelled or are gone are left out",
        source: "release management practice",
        needs: NEEDS,
        goal: Goal::Less,
        subject: Subject::Release,
        measure: slip_count,
    },
    Definition {
        id: "slip_volatility",
        name: "volatility of dates",
        family: Family::Schedule,
        unit: Unit::Days,
        definition: "the days that commits of the period moved written dates of releases by, earlier and later added up; releases that were cancelled or are gone are left out",
        source: "release management practice",
        needs: NEEDS,
        goal: Goal::Less,
        subject: Subject::Release,
        measure: volatility,
    },
];

/// A written date that a commit moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The release, by id.
    pub release: String,
    /// What moved: `target`, `phases/sit/start`, ….
    pub field: String,
    /// The day of the commit.
    pub day: NaiveDate,
    /// The commit.
    pub commit: String,
    /// By how many calendar days; positive is later.
    pub days: i64,
}

fn moved(scope: &Scope<'_, '_>, value: fn(i64) -> Option<f64>) -> Measured {
    let mut out = Measured::default();
    let Some(moves) = scope.base.input.moves else { return out };
    let portfolio = scope.base.portfolio();
    for moved in moves.iter().filter(|moved| scope.period.contains(moved.day)) {
        let Some(value) = value(moved.days) else { continue };
        let commit = moved.commit.get(..10).unwrap_or(&moved.commit);
        let id = format!("{}/{}@{commit}", moved.release, moved.field);
        let Some(release) = portfolio.releases.index(&moved.release) else {
            if scope.members.is_whole {
                // What is gone stands nowhere: the portfolio itself is what is left to show.
                out.leave(Record::new("move", id, portfolio.settings.span), "its release is gone");
            }
            continue;
        };
        if scope.members.releases.binary_search(&release).is_err() {
            continue;
        }
        let manifest = &portfolio.releases[release];
        let record = Record::new("move", id, manifest.id.span);
        if manifest.status() == Status::Cancelled {
            out.leave(record, "its release was cancelled");
        } else {
            out.count_noted(record, value, format!("{:+} days on {}", moved.days, moved.day));
        }
    }
    out.population = out.sample.len();
    // Where the history was read, nothing moved is a fact.
    out.value = Some(out.sum());
    out
}

fn slip_count(scope: &Scope<'_, '_>) -> Measured {
    moved(scope, |days| (days > 0).then_some(1.0))
}

fn volatility(scope: &Scope<'_, '_>) -> Measured {
    moved(scope, |days| (days != 0).then_some(days.unsigned_abs() as f64))
}

//! How mature the process is, by the latest assessment.

use super::Scope;
use super::definition::{Definition, Family, Goal, Measured, Record, Subject, Unit};
use crate::model::records::Assessment;

const fn definition(
    id: &'static str,
    name: &'static str,
    definition: &'static str,
    measure: fn(&Scope<'_, '_>) -> Measured,
) -> Definition {
    Definition {
        id,
        name,
        family: Family::Maturity,
        unit: Unit::Score,
        definition,
        source: "process assessment, 0 to 5 a practice",
        needs: "`kind: assessment`",
        goal: Goal::More,
        subject: Subject::Portfolio,
        measure,
    }
}

/// The mean, then the minimum.
pub static DEFINITIONS: [Definition; 2] = [
    definition(
        "maturity",
        "maturity",
        "mean over the practices of the latest assessment up to the end of the period; of the whole portfolio only",
        |scope| scores(scope).mean(),
    ),
    definition(
        "maturity_minimum",
        "weakest practice",
        "lowest score of a practice in the latest assessment up to the end of the period",
        |scope| {
            let mut out = scores(scope);
            out.population = out.sample.len();
            out.value = out.sample.iter().map(|sample| sample.value).min_by(f64::total_cmp);
            out
        },
    ),
];

/// The latest assessment up to the end of the period.
pub fn latest<'p>(scope: &Scope<'_, 'p>) -> Option<&'p Assessment> {
    let all = scope.base.portfolio().assessments.iter();
    all.filter(|it| it.date.value <= scope.period.until).max_by_key(|it| it.date.value)
}

fn scores(scope: &Scope<'_, '_>) -> Measured {
    let mut out = Measured::default();
    let Some(assessment) = latest(scope) else { return out };
    if !scope.members.is_whole {
        let record = Record::new("assessment", &assessment.id, assessment.id.span);
        out.leave(record, "it is about the whole portfolio, and not about a part of it");
        return out;
    }
    for (practice, score) in assessment.scores.iter() {
        let record = Record::new("assessment", format!("{}/{practice}", assessment.id), score.span);
        out.count(record, f64::from(score.value.0));
    }
    out
}

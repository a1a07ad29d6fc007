//! What is measured.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::{Column, Definition, Input, Row, Value};
use crate::analysis::metrics::{self, By, Measured, Members, Period, Scope, Step, definitions, verdict};
use crate::report::env::usage::round;
use crate::time::plus_days;

/// Days that reports look at unless told.
const DAYS: i64 = 90;
/// Calendar months before this one.
const MONTHS: u32 = 11;

/// Metrics.
pub static METRICS: Definition = Definition {
    name: "metrics",
    description: "Every metric of `relm report dora` and `kpi`: of the whole portfolio for the 90 days up to today and for each of \
                  the last 12 calendar months, the last of them up to today; of each project and team for the 90 days, where the \
                  metric can be told apart like that and there is anything to measure.",
    key: &["metric", "grouped_by", "group_id", "step", "since"],
    columns: &[
        Column::text(
            "metric",
            "The id: what `targets:` names; `relm report dora --explain` and `kpi --explain` say more.",
        ),
        Column::text("family", "What it is about, such as `dora`."),
        Column::text("grouped_by", "`portfolio`, `project` or `team`."),
        Column::text("group_id", "The project (`projects.id`) or the team; null for the portfolio.").or_null(),
        Column::text("step", "`days` for the 90 days, `month` for a calendar month."),
        Column::date("since", "The first day."),
        Column::date("until", "The last day."),
        Column::float("value", "The value; null without data, never 0 for lack of them.").or_null(),
        Column::text("unit", "`h`, `d`, `m` (minutes), `1/week`, `ratio`, `count` or `score`."),
        Column::int("population", "How many records count: of a share those it is a share of."),
        Column::text("goal", "Which way it should go: `more`, `less` or `neither`."),
        Column::text("verdict", "`met`, `missed`, `no-data` or `misfit`; null without a target.").or_null(),
    ],
    rows: measure,
};

/// One kind of group, or the whole.
struct Cut<'m> {
    by: &'static str,
    group: Option<&'m str>,
    members: &'m Members,
    step: &'static str,
    period: Period,
}

fn measure(input: &Input<'_>) -> Vec<Row> {
    let base = input.metrics;
    let today = base.today();
    let all = Members::all(base);
    let period = |since| Period { since, until: today };
    let recent = period(plus_days(today, 1 - DAYS));
    let mut rows = Vec::new();
    let whole = |step, period| Cut { by: "portfolio", group: None, members: &all, step, period };
    for definition in definitions() {
        rows.push(row(input, definition, &whole("days", recent)).0);
        for month in period(months_before(today)).steps(Step::Month) {
            rows.push(row(input, definition, &whole("month", month)).0);
        }
    }
    for by in [By::Project, By::Team] {
        let groups: BTreeMap<String, Members> = all.groups(base, by);
        for (id, members) in &groups {
            let cut = Cut { by: by.as_str(), group: Some(id), members, step: "days", period: recent };
            let split = definitions().filter(|definition| by.splits(definition.subject));
            let measured = split.map(|definition| row(input, definition, &cut));
            rows.extend(measured.filter(|(_, says)| *says).map(|(row, _)| row));
        }
    }
    rows
}

/// The first day of the first month.
fn months_before(today: NaiveDate) -> NaiveDate {
    let first = today.with_day(1).unwrap_or(today);
    first.checked_sub_months(chrono::Months::new(MONTHS)).unwrap_or(first)
}

/// A row, and whether it says anything.
fn row(input: &Input<'_>, definition: &'static metrics::Definition, cut: &Cut<'_>) -> (Row, bool) {
    let scope = Scope { base: input.metrics, members: cut.members, period: cut.period };
    let Measured { value, population, .. } = (definition.measure)(&scope);
    let value = value.filter(|value| value.is_finite());
    let target = input.plan.portfolio.settings.targets.get(definition.id);
    let row = vec![
        definition.id.into(),
        definition.family.as_str().into(),
        cut.by.into(),
        cut.group.into(),
        cut.step.into(),
        cut.period.since.into(),
        cut.period.until.into(),
        value.map(|value| round(value, 6)).into(),
        definition.unit.as_str().into(),
        population.into(),
        definition.goal.as_str().into(),
        target.map(|target| verdict(definition.unit, value, target.value).as_str()).map_or(Value::Null, Value::from),
    ];
    (row, value.is_some())
}

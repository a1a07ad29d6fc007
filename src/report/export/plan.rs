//! Releases and what they consist of.

use super::{Column, Definition, Input, Row, Value};
use crate::analysis::gates::risk_level;
use crate::graph::order;
use crate::model::Identified;
use crate::model::portfolio::Rating;
use crate::report::plan::{Ends, phase_view, release_view};

/// Releases.
pub static RELEASES: Definition = Definition {
    name: "releases",
    description: "Every release, by id. All dates are inclusive days.",
    key: &["id"],
    columns: &[
        Column::text("id", "The id."),
        Column::text("name", "The name for people.").or_null(),
        Column::text("type", "The release type."),
        Column::text("status", "`draft`, `planned`, `in-progress`, `released`, `closed` or `cancelled`."),
        Column::text("owner", "The person or team that answers for it.").or_null(),
        Column::text("part_of", "The composite release it is part of.").or_null(),
        Column::int("priority", "0 to 100; who yields when two compete."),
        Column::date("announced", "When it was announced.").or_null(),
        Column::date("target", "The date promised.").or_null(),
        Column::date("planned_start", "The first planned day.").or_null(),
        Column::date("planned_end", "The last planned day.").or_null(),
        Column::date("forecast_start", "The first day by the forecast.").or_null(),
        Column::date("forecast_end", "The last day by the forecast.").or_null(),
        Column::date("actual_start", "The day it really began.").or_null(),
        Column::date("actual_end", "The day it shipped.").or_null(),
        Column::int("lateness_days", "Forecast − target in calendar days, positive = late.").or_null(),
        Column::int("slack_days", "The smallest slack of its phases by the plan, in working days.").or_null(),
        Column::int(
            "spare_days",
            "Working days in hand: how many the forecast of the work before production can slip before it breaks a promise.",
        )
        .or_null(),
        Column::text("risk_impact", "`low`, `medium` or `high`.").or_null(),
        Column::text("risk_complexity", "`low`, `medium` or `high`.").or_null(),
        Column::text("rated_risk", "What the risk matrix makes of the two; `relm report risk` scores what it sees itself.").or_null(),
        Column::float("budget_planned", "What it may cost, in the currency of the portfolio.").or_null(),
        Column::float("budget_actual", "What it did cost.").or_null(),
        Column::FILE,
        Column::LINE,
    ],
    rows: releases,
};

fn releases(input: &Input<'_>) -> Vec<Row> {
    let portfolio = input.plan.portfolio;
    let row = |(index, release): (usize, &crate::model::release::Release)| {
        let view = release_view(input.plan, index, None);
        let risk = release.risk.as_deref();
        let budget = release.budget.as_deref();
        let [file, line] = input.place(release.id.span);
        vec![
            view.id.into(),
            view.name.into(),
            view.r#type.into(),
            view.status.into(),
            release.common.owner().into(),
            view.part_of.into(),
            release.priority().into(),
            release.announced.as_ref().into(),
            view.target.into(),
            view.planned.start.into(),
            view.planned.end.into(),
            view.forecast.start.into(),
            view.forecast.end.into(),
            view.actual.start.into(),
            view.actual.end.into(),
            view.lateness_days.into(),
            view.slack_days.into(),
            view.spare_days.into(),
            risk.and_then(|risk| risk.impact.as_ref()).map(|rating| rating.value.as_str()).into(),
            risk.and_then(|risk| risk.complexity.as_ref()).map(|rating| rating.value.as_str()).into(),
            risk.and_then(|risk| risk_level(portfolio, risk)).map(Rating::as_str).into(),
            budget.and_then(|budget| budget.planned).into(),
            budget.and_then(|budget| budget.actual).into(),
            file,
            line,
        ]
    };
    portfolio.releases.iter().enumerate().map(row).collect()
}

/// Phases.
pub static PHASES: Definition = Definition {
    name: "phases",
    description: "The phases of every release, by release, in the order of its manifest. All dates are inclusive days.",
    key: &["release", "id"],
    columns: &[
        Column::text("release", "The release (`releases.id`)."),
        Column::text("id", "The id within the release."),
        Column::text("name", "The name for people.").or_null(),
        Column::text("team", "The team that works.").or_null(),
        Column::date("planned_start", "The first planned day.").or_null(),
        Column::date("planned_end", "The last planned day.").or_null(),
        Column::int("working_days", "Working days the plan takes, in the phase's calendar.").or_null(),
        Column::date("late_start", "The latest first day that breaks no promise and no target.").or_null(),
        Column::date("late_end", "The latest last day that breaks none.").or_null(),
        Column::int("slack_days", "Working days from early to late start.").or_null(),
        Column::int("free_slack_days", "Working days it can slip before another must move.").or_null(),
        Column::bool("critical", "Whether a day of slip breaks a promise or a target."),
        Column::date("forecast_start", "The first day by the forecast.").or_null(),
        Column::date("forecast_end", "The last day by the forecast.").or_null(),
        Column::date("actual_start", "The day it really began.").or_null(),
        Column::date("actual_end", "The day it really ended.").or_null(),
        Column::int("progress", "How much is done, in per cent.").or_null(),
        Column::float("effort_person_days", "Work, in person-days.").or_null(),
        Column::FILE,
        Column::LINE,
    ],
    rows: phases,
};

fn phases(input: &Input<'_>) -> Vec<Row> {
    let (portfolio, schedule) = (input.plan.portfolio, input.plan.schedule);
    let mut rows = Vec::new();
    for (release, own) in portfolio.releases.iter().zip(&schedule.releases) {
        for (phase, own) in release.phases.iter().zip(&own.phases) {
            let view = phase_view(portfolio, release, phase, own);
            let [file, line] = input.place(phase.id.span);
            let ends = |ends: Ends| [Value::from(ends.start), ends.end.into()];
            let [planned_start, planned_end] = ends(view.planned);
            let [late_start, late_end] = ends(view.late);
            let [forecast_start, forecast_end] = ends(view.forecast);
            let [actual_start, actual_end] = ends(view.actual);
            rows.push(vec![
                release.id().into(),
                view.id.into(),
                phase.common.name().into(),
                phase.team.as_ref().into(),
                planned_start,
                planned_end,
                view.working_days.into(),
                late_start,
                late_end,
                view.slack_days.into(),
                view.free_slack_days.into(),
                view.critical.into(),
                forecast_start,
                forecast_end,
                actual_start,
                actual_end,
                view.progress.into(),
                phase.effort.as_ref().map(|effort| effort.value.person_days()).into(),
                file,
                line,
            ]);
        }
    }
    rows
}

/// Milestones.
pub static MILESTONES: Definition = Definition {
    name: "milestones",
    description: "The milestones of every release, by release, in the order of its manifest.",
    key: &["release", "id"],
    columns: &[
        Column::text("release", "The release (`releases.id`)."),
        Column::text("id", "The id within the release."),
        Column::text("name", "The name for people.").or_null(),
        Column::date("date", "The planned day.").or_null(),
        Column::date("forecast", "The day by the forecast.").or_null(),
        Column::date("actual", "The day it was really reached.").or_null(),
        Column::FILE,
        Column::LINE,
    ],
    rows: milestones,
};

fn milestones(input: &Input<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for (release, own) in input.plan.portfolio.releases.iter().zip(&input.plan.schedule.releases) {
        for (milestone, own) in release.milestones.iter().zip(&own.milestones) {
            let [file, line] = input.place(milestone.id.span);
            rows.push(vec![
                release.id().into(),
                (&milestone.id).into(),
                milestone.common.name().into(),
                own.date.into(),
                own.forecast.into(),
                milestone.actual.as_ref().into(),
                file,
                line,
            ]);
        }
    }
    rows
}

/// What ships.
pub static SCOPE: Definition = Definition {
    name: "scope",
    description: "The projects that each release ships, by release, in the order of its manifest.",
    key: &["release", "project"],
    columns: &[
        Column::text("release", "The release (`releases.id`)."),
        Column::text("project", "The project (`projects.id`)."),
        Column::text("version", "The version that ships.").or_null(),
        Column::text("from_version", "The version it replaces.").or_null(),
        Column::text("commit", "The commit it is built from.").or_null(),
        Column::int("wave", "The dependency level from 1: wave 2 needs something of wave 1."),
        Column::int("artifacts", "How many files ship with it."),
        Column::FILE,
        Column::LINE,
    ],
    rows: scope,
};

fn scope(input: &Input<'_>) -> Vec<Row> {
    let portfolio = input.plan.portfolio;
    let mut rows = Vec::new();
    for (index, release) in portfolio.releases.iter().enumerate() {
        for (item, wave) in release.scope.iter().zip(order::waves(portfolio, index)) {
            let [file, line] = input.place(item.project.span);
            rows.push(vec![
                release.id().into(),
                (&item.project).into(),
                item.version.as_ref().into(),
                item.from.as_ref().into(),
                item.commit.as_ref().into(),
                wave.into(),
                item.artifacts.len().into(),
                file,
                line,
            ]);
        }
    }
    rows
}

/// The changes that scopes carry.
pub static SCOPE_CHANGES: Definition = Definition {
    name: "scope_changes",
    description: "The requests for change that the scope of each release names, by release, in the order of its manifest.",
    key: &["release", "project", "change"],
    columns: &[
        Column::text("release", "The release (`releases.id`)."),
        Column::text("project", "The project (`projects.id`)."),
        Column::text("change", "The request for change (`changes.id`)."),
    ],
    rows: scope_changes,
};

fn scope_changes(input: &Input<'_>) -> Vec<Row> {
    let items =
        input.plan.portfolio.releases.iter().flat_map(|release| release.scope.iter().map(move |it| (release, it)));
    let rows = items.flat_map(|(release, item)| {
        item.changes.iter().map(|change| vec![release.id().into(), (&item.project).into(), change.into()])
    });
    rows.collect()
}

//! What happened.

use super::{Column, Definition, Input, Row};
use crate::model::Spanned;
use crate::model::records::{ChangeStatus, ChangeType, DeploymentReason, RunResult};
use crate::time::When;

/// Changes.
pub static CHANGES: Definition = Definition {
    name: "changes",
    description: "Every request for change, by id.",
    key: &["id"],
    columns: &[
        Column::text("id", "The id."),
        Column::text("name", "The name for people.").or_null(),
        Column::text("owner", "The person or team that answers for it.").or_null(),
        Column::text("project", "The project that changes (`projects.id`).").or_null(),
        Column::text("type", "`standard`, `normal` or `emergency`."),
        Column::text("status", "`draft`, `submitted`, `approved`, `rejected`, `implemented` or `closed`."),
        Column::text("release", "The release it names (`releases.id`); `scope_changes` has what scopes name.")
            .or_null(),
        Column::timestamp("window_start", "From when it is implemented.").or_null(),
        Column::timestamp("window_end", "The first instant after.").or_null(),
        Column::text("outcome", "`successful`, `backed-out` or `failed`.").or_null(),
        Column::FILE,
        Column::LINE,
    ],
    rows: changes,
};

fn changes(input: &Input<'_>) -> Vec<Row> {
    let portfolio = input.plan.portfolio;
    let zone = portfolio.zone;
    let row = |change: &crate::model::records::Change| {
        let window = change.window.as_ref();
        let status = change.status.as_ref().map_or(ChangeStatus::Draft, |status| status.value);
        let [file, line] = input.place(change.id.span);
        vec![
            (&change.id).into(),
            change.common.name().into(),
            change.common.owner().into(),
            change.project.as_ref().into(),
            change.r#type.unwrap_or(ChangeType::Normal).as_str().into(),
            status.as_str().into(),
            change.release.as_ref().into(),
            window.map(|window| window.start.value.instant(zone)).into(),
            window.map(|window| window.end.value.end_instant(zone)).into(),
            change.outcome.as_ref().map(|outcome| outcome.value.as_str()).into(),
            file,
            line,
        ]
    };
    portfolio.changes.iter().map(row).collect()
}

/// Deployments.
pub static DEPLOYMENTS: Definition = Definition {
    name: "deployments",
    description: "Every deployment that is recorded, in the order of files.",
    key: &[],
    columns: &[
        Column::text("id", "The id.").or_null(),
        Column::text("project", "The project (`projects.id`)."),
        Column::text("version", "The version installed."),
        Column::text("environment", "Where (`environments.id`)."),
        Column::text("release", "The release it belongs to (`releases.id`).").or_null(),
        Column::timestamp("started", "When it began.").or_null(),
        Column::timestamp("at", "When it finished."),
        Column::timestamp("committed_at", "When the change was committed.").or_null(),
        Column::text("commit", "The commit deployed.").or_null(),
        Column::text("result", "`succeeded`, `failed`, `rolled-back` or `aborted`."),
        Column::text("reason", "`planned`, `fix` or `rollback`."),
        Column::FILE,
        Column::LINE,
    ],
    rows: deployments,
};

fn deployments(input: &Input<'_>) -> Vec<Row> {
    let portfolio = input.plan.portfolio;
    let row = |entry: &crate::model::records::Deployment| {
        let zone = portfolio.zone_at(&entry.environment);
        let instant = |when: &Spanned<When>| when.value.instant(zone);
        let [file, line] = input.place(entry.span);
        vec![
            entry.id.as_ref().into(),
            (&entry.project).into(),
            (&entry.version).into(),
            (&entry.environment).into(),
            entry.release.as_ref().into(),
            entry.started.as_ref().map(instant).into(),
            instant(&entry.at).into(),
            entry.committed_at.as_ref().map(instant).into(),
            entry.commit.as_ref().into(),
            entry.result.value.as_str().into(),
            entry.reason.unwrap_or(DeploymentReason::Planned).as_str().into(),
            file,
            line,
        ]
    };
    portfolio.deployments.iter().map(row).collect()
}

/// Incidents.
pub static INCIDENTS: Definition = Definition {
    name: "incidents",
    description: "Every incident that is recorded, in the order of files.",
    key: &["id"],
    columns: &[
        Column::text("id", "The id."),
        Column::text("name", "The name for people.").or_null(),
        Column::text("project", "The project that failed (`projects.id`).").or_null(),
        Column::text("environment", "Where (`environments.id`).").or_null(),
        Column::int("severity", "1, worst, to 9.").or_null(),
        Column::timestamp("opened", "When it began."),
        Column::timestamp("restored", "When service was back.").or_null(),
        Column::text("caused_by", "The deployment (`deployments.id`) or the release (`releases.id`) that caused it.")
            .or_null(),
        Column::FILE,
        Column::LINE,
    ],
    rows: incidents,
};

fn incidents(input: &Input<'_>) -> Vec<Row> {
    let portfolio = input.plan.portfolio;
    let row = |entry: &crate::model::records::Incident| {
        let zone = entry.environment.as_deref().map_or(portfolio.zone, |id| portfolio.zone_at(id));
        let [file, line] = input.place(entry.span);
        vec![
            (&entry.id).into(),
            entry.common.name().into(),
            entry.project.as_ref().into(),
            entry.environment.as_ref().into(),
            entry.severity.map(|severity| severity.0).into(),
            entry.opened.value.instant(zone).into(),
            entry.restored.as_ref().map(|when| when.value.instant(zone)).into(),
            entry.caused_by.as_ref().into(),
            file,
            line,
        ]
    };
    portfolio.incidents.iter().map(row).collect()
}

/// Runs of pipelines.
pub static PIPELINES: Definition = Definition {
    name: "pipelines",
    description: "Every run of a pipeline that is recorded, in the order of files.",
    key: &[],
    columns: &[
        Column::text("project", "The project (`projects.id`)."),
        Column::text("name", "Which pipeline it is.").or_null(),
        Column::timestamp("at", "When it finished."),
        Column::int("duration_minutes", "How long it took."),
        Column::text("result", "`succeeded`, `failed` or `aborted`.").or_null(),
        Column::FILE,
        Column::LINE,
    ],
    rows: pipelines,
};

fn pipelines(input: &Input<'_>) -> Vec<Row> {
    let portfolio = input.plan.portfolio;
    let row = |entry: &crate::model::records::PipelineRun| {
        let [file, line] = input.place(entry.span);
        vec![
            (&entry.project).into(),
            entry.common.name().into(),
            entry.at.value.instant(portfolio.zone).into(),
            entry.duration.value.0.into(),
            entry.result.map(RunResult::as_str).into(),
            file,
            line,
        ]
    };
    portfolio.pipelines.iter().map(row).collect()
}

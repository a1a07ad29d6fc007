//! What ships, where it runs, who is there when, and what all of it was read from.

use super::super::gate::verify::history_word;
use super::{Column, Definition, Input, Row, Value};
use crate::analysis::occupancy::{Booking, Source};
use crate::model::environment::Provisioning;

/// Projects.
pub static PROJECTS: Definition = Definition {
    name: "projects",
    description: "Every project, by id.",
    key: &["id"],
    columns: &[
        Column::text("id", "The id."),
        Column::text("name", "The name for people.").or_null(),
        Column::text("owner", "The person or team that answers for it.").or_null(),
        Column::int("tier", "1, most critical, to 4.").or_null(),
        Column::text("repository", "A local path or an address, as written.").or_null(),
        Column::FILE,
        Column::LINE,
    ],
    rows: projects,
};

fn projects(input: &Input<'_>) -> Vec<Row> {
    let row = |project: &crate::model::project::Project| {
        let [file, line] = input.place(project.id.span);
        vec![
            (&project.id).into(),
            project.common.name().into(),
            project.common.owner().into(),
            project.tier.as_ref().map(|tier| tier.value.0).into(),
            project.repository.as_ref().into(),
            file,
            line,
        ]
    };
    input.plan.portfolio.projects.iter().map(row).collect()
}

/// Environments.
pub static ENVIRONMENTS: Definition = Definition {
    name: "environments",
    description: "Every environment, by id.",
    key: &["id"],
    columns: &[
        Column::text("id", "The id."),
        Column::text("name", "The name for people.").or_null(),
        Column::text("owner", "The person or team that answers for it.").or_null(),
        Column::text("stage", "The stage it belongs to."),
        Column::int("stage_order", "The place of the stage in the order of promotion, from 1.").or_null(),
        Column::bool("production", "Whether the stage is the last."),
        Column::text("time_zone", "The zone in which its times are read; an IANA name."),
        Column::text("provisioning", "`persistent` or `on-demand`."),
        Column::int("capacity", "Releases that can use it at once."),
        Column::float("cost_per_day", "What each day costs, in the currency of the portfolio.").or_null(),
        Column::float("cost_per_setup", "What setting it up costs each time.").or_null(),
        Column::FILE,
        Column::LINE,
    ],
    rows: environments,
};

fn environments(input: &Input<'_>) -> Vec<Row> {
    let portfolio = input.plan.portfolio;
    let row = |environment: &crate::model::environment::Environment| {
        let cost = environment.cost.as_ref();
        let [file, line] = input.place(environment.id.span);
        vec![
            (&environment.id).into(),
            environment.common.name().into(),
            environment.common.owner().into(),
            (&environment.stage).into(),
            portfolio.stage_order(&environment.stage).map(|order| order + 1).into(),
            portfolio.is_production(&environment.id).into(),
            portfolio.zone_of(environment).name().into(),
            environment.provisioning.unwrap_or(Provisioning::Persistent).as_str().into(),
            environment.capacity().into(),
            cost.and_then(|cost| cost.per_day.as_ref()).into(),
            cost.and_then(|cost| cost.per_setup.as_ref()).into(),
            file,
            line,
        ]
    };
    portfolio.environments.iter().map(row).collect()
}

/// Bookings.
pub static BOOKINGS: Definition = Definition {
    name: "bookings",
    description: "Every use of an environment: by phases, deployments, rehearsals, and the environments' own bookings; by \
                  environment, then by the start of holding it. Times are half-open.",
    key: &[],
    columns: &[
        Column::text("environment", "The environment (`environments.id`)."),
        Column::text("source", "What says so: `phase`, `deployment`, `rehearsal` or `booking`."),
        Column::text("release", "The release it is for (`releases.id`).").or_null(),
        Column::text(
            "item",
            "The phase (`phases.id`), the wave of the deployment, the number of the rehearsal from 1, or the id of the booking.",
        )
        .or_null(),
        Column::text("purpose", "What a booking is for.").or_null(),
        Column::timestamp("held_from", "When setting up begins; `from_time` when there is nothing to set up."),
        Column::timestamp("from_time", "When it begins."),
        Column::timestamp("to_time", "The first instant after."),
        Column::int("units", "Units of the capacity."),
        Column::bool("exclusive", "Whether nobody else may be there meanwhile."),
        Column::text("use", "`code`, `configuration` or `regression`."),
        Column::bool("tentative", "Whether it is for a draft."),
        Column::FILE,
        Column::LINE,
    ],
    rows: bookings,
};

fn bookings(input: &Input<'_>) -> Vec<Row> {
    let portfolio = input.plan.portfolio;
    let row = |booking: &Booking| {
        let environment = &portfolio.environments[booking.environment];
        let release = booking.release.map(|release| &portfolio.releases[release]);
        let (source, item, purpose) = match booking.source {
            Source::Phase { .. } => ("phase", booking.phase(portfolio).map(|phase| &phase.id).into(), Value::Null),
            Source::Deployment { wave } => {
                let waves = release.and_then(|release| release.deployment.as_ref()).map(|plan| &plan.waves);
                ("deployment", waves.zip(wave).map(|(waves, wave)| &waves[wave].id).into(), Value::Null)
            }
            Source::Rehearsal { index } => ("rehearsal", (index + 1).to_string().into(), Value::Null),
            Source::Entry { index } => {
                let entry = &environment.bookings[index];
                ("booking", (&entry.id).into(), entry.purpose.as_deref().or(entry.common.name()).into())
            }
        };
        let [file, line] = input.place(booking.span);
        vec![
            (&environment.id).into(),
            source.into(),
            release.map(|release| &release.id).into(),
            item,
            purpose,
            booking.held_from.into(),
            booking.time.start.into(),
            booking.time.end.into(),
            booking.units.into(),
            booking.exclusive.into(),
            booking.r#use.as_str().into(),
            booking.tentative.into(),
            file,
            line,
        ]
    };
    input.occupancy.bookings().iter().map(row).collect()
}

/// What everything was read from.
pub static SNAPSHOT: Definition = Definition {
    name: "snapshot",
    description: "One row: what the other tables were made from, so that exports of several days can stand side by side.",
    key: &["today", "commit"],
    columns: &[
        Column::text("portfolio", "The name of the portfolio.").or_null(),
        Column::date("today", "The day everything was judged on."),
        Column::text(
            "commit",
            "The commit that was read, or that the files on disk were based on; `--at` makes sure that it is the former.",
        )
        .or_null(),
        Column::text(
            "history",
            "How much of the history the moves are from: `whole`, `shallow` (nothing is known of what was before the oldest \
             commits of the clone), `no-commit` or `outside-git`; null where no moves were exported.",
        )
        .or_null(),
        Column::text("time_zone", "The zone of the portfolio; an IANA name."),
        Column::text("currency", "The currency of all money, ISO 4217.").or_null(),
        Column::text("relm", "The version of relm."),
    ],
    rows: snapshot,
};

fn snapshot(input: &Input<'_>) -> Vec<Row> {
    let portfolio = input.plan.portfolio;
    let settings = &portfolio.settings;
    vec![vec![
        settings.common.name().into(),
        input.plan.gates.clock.today.into(),
        input.commit.into(),
        input.chronicle.map(|chronicle| history_word(&chronicle.history)).into(),
        portfolio.zone.name().into(),
        settings.rates.as_ref().and_then(|rates| rates.currency.as_ref()).into(),
        env!("CARGO_PKG_VERSION").into(),
    ]]
}

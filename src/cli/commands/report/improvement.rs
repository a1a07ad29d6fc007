//! `relm report improvement`.

use std::collections::HashSet;

use clap::Parser;
use serde_json::Value;

use super::super::{Command, Status};
use super::days::DAYS;
use super::metrics;
use crate::analysis::metrics::Members;
use crate::analysis::steering::improvement::Completion;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::written::{self, Texts};
use crate::load::facts::Wants;
use crate::load::history::{Since, revisions};
use crate::model::facts::{DocumentChange, Revision};
use crate::model::release::{Action, ActionStatus};
use crate::render::steering::improvement as render;
use crate::report::steering::improvement;
use crate::time::zone;

/// Show actions of retrospectives, and what each did to its metric
#[derive(Debug, Parser)]
#[command(
    name = "improvement",
    after_help = "Examples:\n  relm report improvement\n  relm report improvement --days 30 --release 'payments-*'\n  relm report improvement --owner me\n\nBefore: the written `baseline`, else the metric over 90 days (`--days`) up to the end of the release. Since: over as many days from\nthe day after the action was done. That day is the one of the commit that set it to done, else its due date, else the end of the\nrelease; the report says which. Values are of the projects the release ships where the metric can be told apart by project, else\nof the portfolio. Before a third of the days has passed it is too early; with fewer than 3 records on a side there are too few."
)]
pub struct Improvement {
    /// Measure over so many days, before and after
    #[arg(long, value_name = "N", default_value_t = DAYS, value_parser = clap::value_parser!(i64).range(1..=3660))]
    days: i64,

    #[command(flatten)]
    selection: args::Selection,
}

impl Command for Improvement {
    const FORMATS: &'static [Format] = metrics::FORMATS;

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let selection = self.selection.resolve(&context)?;
        context.learn(Wants { repositories: true, ..Wants::default() });
        let moves = if aims_at_slips(&context) { metrics::moves(&context)? } else { None };
        let completions = completions(&context)?;
        let view = metrics::pointed(&mut context, improvement::SCHEMA, |context, header, input| {
            let base = metrics::base(context, moves.as_deref());
            let releases = Members::selected(&base, &selection).releases;
            improvement::Improvement::new(header, input, &base, &releases, &completions, self.days)
        });
        written::view(
            global,
            &view,
            &Texts { csv: Some(render::csv), openmetrics: Some(render::openmetrics) },
            render::sheet,
        )?;
        Ok(Status::Done)
    }
}

/// Every action of the portfolio, with its release.
fn actions<'c>(context: &'c Context<'_>) -> impl Iterator<Item = (&'c str, &'c Action)> {
    let releases = context.loaded.portfolio.releases.iter();
    releases.flat_map(|release| {
        let actions = release.retrospective.as_ref().map_or(&[][..], |it| &it.actions);
        actions.iter().map(|action| (&*release.id, action))
    })
}

fn aims_at_slips(context: &Context<'_>) -> bool {
    actions(context).any(|(_, action)| action.metric.as_ref().is_some_and(|metric| metric.starts_with("slip_")))
}

/// When actions became done, as the history tells. It is read only where an action is done.
fn completions(context: &Context<'_>) -> Result<Vec<Completion>, Error> {
    let done = actions(context).filter(|(_, action)| action.status == Some(ActionStatus::Done));
    let mut wanted: HashSet<(String, String)> =
        done.map(|(release, action)| (release.to_owned(), action.id.to_string())).collect();
    let mut found = Vec::new();
    if wanted.is_empty() {
        return Ok(found);
    }
    let (zone, today) = (context.loaded.portfolio.zone, context.clock.today);
    let mut tell = |revision: Revision| {
        let day = revision.commit.as_ref().map_or(today, |commit| zone::local(commit.at.to_utc(), zone).date());
        let commit = revision.commit.as_ref().map(|commit| commit.id.clone());
        for (release, action) in became_done(&revision) {
            // The newest change counts: before it the action was taken up again.
            if wanted.remove(&(release.clone(), action.clone())) {
                found.push(Completion { release, action, day: day.min(today), commit: commit.clone() });
            }
        }
    };
    revisions(&context.source, &context.loaded, &Since::Beginning, &mut tell)?;
    Ok(found)
}

/// The actions that a revision set to done, which were there before and were not: beside every parent, so that a merge only
/// tells what it did itself. One that came as done says nothing of when it was.
fn became_done(revision: &Revision) -> Vec<(String, String)> {
    let turned = |change: &DocumentChange| -> Vec<(String, String)> {
        let (Some(before), Some(after)) = (&change.before, &change.after) else { return Vec::new() };
        let before = statuses(before);
        let is_turn = |(action, status): &(String, String)| {
            let earlier = before.iter().find(|(id, _)| id == action);
            status == "done" && earlier.is_some_and(|(_, status)| status != "done")
        };
        let turned = statuses(after).into_iter().filter(is_turn);
        turned.map(|(action, _)| (change.id.clone(), action)).collect()
    };
    let of = |documents: &[DocumentChange]| -> Vec<(String, String)> {
        documents.iter().filter(|change| change.kind == "release").flat_map(turned).collect()
    };
    let mut sides = revision.against.iter().map(|difference| of(&difference.documents));
    let mut all = sides.next().unwrap_or_default();
    for side in sides {
        all.retain(|turn| side.contains(turn));
    }
    all
}

/// The actions of a release as it is written, and where each stands.
fn statuses(release: &Value) -> Vec<(String, String)> {
    let text = |value: &Value, key: &str| match value.get(key) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let actions = release.pointer("/retrospective/actions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    actions.iter().map(|action| (text(action, "id"), text(action, "status"))).collect()
}

//! `relm record deployment`.

use chrono::TimeDelta;
use chrono_tz::Tz;
use clap::Parser;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};

use super::super::{Command, Status};
use super::entry::{self, Given, Wanted};
use super::{Moment, Options, at, log, moment, references, written};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::write;
use crate::model::Kind;
use crate::model::records::{Deployment as Entry, DeploymentReason, DeploymentResult};
use crate::time::When;

/// How long after a deployment the same one, recorded `now` and without an id, is the same job run again.
const RETRY: TimeDelta = TimeDelta::hours(1);

/// Record a deployment
#[derive(Debug, Parser)]
#[command(
    name = "deployment",
    after_help = "Examples:\n  relm record deployment --project ledger --version 4.2.0 --environment prod --release payments-2026.12 --at now --result succeeded\n  relm record deployment --id D-881 --project ledger --version 4.2.0 --environment prod --release payments-2026.12 \\\n    --started 2026-12-05T22:05 --at 2026-12-05T23:10 --commit 1f3c9aa --committed-at 2026-12-01T10:00Z --result succeeded\n\nTimes without an offset are those of the environment's zone, as is what is written for `now`.\n\nRecorded twice is recorded once. With --id, the id says what is the same. Without, the id is made of project, version, environment and time, such as `ledger-4.2.0-prod-20261205T231000Z`; and with `--at now` a deployment is the same as the last of that project there, if that is at most an hour old and has the same values. What is recorded gets values that it lacks; `now` does not contradict a time that is recorded; other values are refused, unless --update replaces them.\n\nExit code: 0 when it is recorded (or would be, with --dry-run), 2 when it was refused or cannot be written."
)]
pub struct Deployment {
    /// The project that was deployed
    #[arg(long, value_name = "ID")]
    project: String,

    /// The version that was installed
    #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new())]
    version: String,

    /// Where it was deployed to
    #[arg(long, value_name = "ID")]
    environment: String,

    /// When it finished
    #[arg(long, value_name = "now|DATETIME")]
    at: String,

    /// How it ended
    #[arg(long, value_name = "RESULT", value_parser = PossibleValuesParser::new(DeploymentResult::WORDS))]
    result: String,

    /// Its id, such as that of the job that made it
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// The release it belongs to
    #[arg(long, value_name = "ID")]
    release: Option<String>,

    /// When it began
    #[arg(long, value_name = "now|DATETIME", value_parser = moment)]
    started: Option<Moment>,

    /// When the change was committed
    #[arg(long, value_name = "DATETIME", value_parser = moment)]
    committed_at: Option<Moment>,

    /// The commit that was deployed
    #[arg(long, value_name = "COMMIT", value_parser = NonEmptyStringValueParser::new())]
    commit: Option<String>,

    /// Why it was made
    #[arg(long, value_name = "REASON", value_parser = PossibleValuesParser::new(DeploymentReason::WORDS))]
    reason: Option<String>,

    /// Replace values that are recorded otherwise
    #[arg(long)]
    update: bool,

    #[command(flatten)]
    options: Options,
}

impl Command for Deployment {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        self.id.as_deref().map_or(Ok(()), references::own)?;
        let (at, global) = at(global, &self.at)?;
        let global = &global;
        let (mut context, lock) = write::open(global, "record deployment", self.options.dry_run)?;
        references::project(&context, &self.project)?;
        references::environment(&context, &self.environment)?;
        self.release.as_deref().map_or(Ok(()), |id| references::release(&context, id))?;
        let zone = context.loaded.portfolio.zone_at(&self.environment);
        let existing = self.existing(&context, at, zone);
        let own = existing.map(|entry| entry.id.as_ref().map(ToString::to_string));
        let id = self.id.clone().or_else(|| own.unwrap_or_else(|| Some(self.made_id(&context, at, zone))));
        let wanted = Wanted {
            what: "deployment",
            kind: Kind::Deployments,
            existing: existing.map(|entry| entry.span),
            update: self.update,
            given: self.given(&context, at, zone),
            file: log::destination(&context, self.options.into.as_deref(), Kind::Deployments)?,
            id,
        };
        entry::record(global, &mut context, lock, &self.options, &wanted)
    }
}

impl Deployment {
    fn given(&self, context: &Context<'_>, at: Moment, zone: Tz) -> Vec<Given> {
        let text = |path, value: &Option<String>| value.as_deref().map(|value| Given::text(path, value));
        let time = |path, moment: Option<Moment>| moment.map(|moment| Given::time(context, path, moment, zone));
        let given = [
            Some(Given::text(&["project"], &self.project)),
            Some(Given::text(&["version"], &self.version)),
            Some(Given::text(&["environment"], &self.environment)),
            text(&["release"], &self.release),
            time(&["started"], self.started),
            time(&["at"], Some(at)),
            time(&["committed_at"], self.committed_at),
            text(&["commit"], &self.commit),
            Some(Given::text(&["result"], &self.result)),
            text(&["reason"], &self.reason),
        ];
        given.into_iter().flatten().collect()
    }

    /// The deployment that is recorded already.
    fn existing<'c>(&self, context: &'c Context<'_>, at: Moment, zone: Tz) -> Option<&'c Entry> {
        let entries = context.loaded.portfolio.deployments.iter();
        if let Some(id) = &self.id {
            return entries.clone().find(|entry| entry.id.as_deref() == Some(id));
        }
        let end = |entry: &Entry| entry.at.value.instant(zone);
        let mut there =
            entries.clone().filter(|it| *it.project == *self.project && *it.environment == *self.environment);
        let found = match at {
            Moment::At(when) => there.find(|entry| *entry.version == *self.version && end(entry) == when.instant(zone)),
            Moment::Now => {
                let last = there.max_by_key(|entry| end(entry));
                let age = |entry: &Entry| context.clock.now - end(entry);
                last.filter(|entry| (TimeDelta::zero()..=RETRY).contains(&age(entry)) && self.is_same(entry, zone))
            }
        };
        let made = self.made_id(context, at, zone);
        found.or_else(|| entries.clone().find(|entry| entry.id.as_deref() == Some(&made)))
    }

    /// Whether everything but the end is as it is recorded.
    fn is_same(&self, entry: &Entry, zone: Tz) -> bool {
        let told = |moment: Option<Moment>| match moment {
            Some(Moment::At(when)) => Some(when.instant(zone)),
            Some(Moment::Now) | None => None,
        };
        let same_time = |given: Option<Moment>, recorded: Option<When>| {
            told(given).is_none_or(|given| recorded.map(|when| when.instant(zone)) == Some(given))
        };
        let reason = entry.reason.unwrap_or(DeploymentReason::Planned).as_str();
        *entry.version == *self.version
            && entry.result.value.as_str() == self.result
            && self.reason.as_deref().unwrap_or(DeploymentReason::Planned.as_str()) == reason
            && entry.release.as_deref() == self.release.as_deref()
            && entry.commit.as_deref() == self.commit.as_deref()
            && same_time(self.started, entry.started.as_ref().map(|started| started.value))
            && same_time(self.committed_at, entry.committed_at.as_ref().map(|committed| committed.value))
    }

    /// An id that the same deployment always has.
    fn made_id(&self, context: &Context<'_>, at: Moment, zone: Tz) -> String {
        let when = match at {
            Moment::At(when) => when,
            Moment::Now => written(context.clock.now, zone),
        };
        let at = when.instant(zone).format("%Y%m%dT%H%M%SZ");
        let allowed = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        let version: String = self.version.chars().map(allowed).collect();
        format!("{}-{version}-{}-{at}", self.project, self.environment)
    }
}

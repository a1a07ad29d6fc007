//! `relm can-deploy`.

use chrono::{DateTime, Utc};
use clap::Parser;

use super::{Command, Status};
use crate::analysis::installed::Installed;
use crate::analysis::permission::{self, Facts, Permission, Question};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::model::Portfolio;
use crate::render::{can_deploy as render, json};
use crate::report::can_deploy;
use crate::time::When;

/// Ask whether a version may be deployed, and if not, why not and when it may
#[derive(Debug, Parser)]
#[command(
    name = "can-deploy",
    after_help = "Examples:\n  relm can-deploy ledger@4.2.0 prod-eu                          now\n  relm can-deploy ledger prod-eu --time 2026-12-05T22:00        the version of the next release\n  relm can-deploy ledger prod-eu --format json | jq .next_open\n\nWithout a version it is that of the next release that ships the project to the environment. The gates\nof the release must be passed, those of an emergency may follow; its changes must be approved.\n\nExit code: 0 when it may, 1 when it may not or a manifest it rests on is not understood, 2 for wrong usage."
)]
pub struct CanDeploy {
    /// What is to be deployed: PROJECT or PROJECT@VERSION
    #[arg(value_name = "PROJECT[@VERSION]")]
    what: String,

    /// Where
    #[arg(value_name = "ENV")]
    environment: String,

    /// Judge as of this time in the environment's time zone, a date from its first instant; now unless given
    #[arg(long, value_name = "DATE|DATETIME", value_parser = time)]
    time: Option<When>,
}

fn time(text: &str) -> Result<When, String> {
    When::parse(text).map_err(|error| error.to_string())
}

impl Command for CanDeploy {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let (asked, permission) = self.answer(&context)?;
        for reason in &permission.reasons {
            context.loaded.attach_text(&context.source, reason.span.file);
        }
        let (header, portfolio) = (context.header(can_deploy::SCHEMA), &context.loaded.portfolio);
        let question = asked.question(portfolio);
        let sources = &context.loaded.sources;
        let view = can_deploy::CanDeploy::new(header, portfolio, &question, asked.at, &permission, sources);
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Markdown => render::markdown::render(&view),
            _ => render::human::render(&view, &global.style()),
        })?;
        Ok(if view.allowed { Status::Done } else { Status::Refused })
    }
}

/// What was asked, with all that was left out filled in.
struct Asked {
    project: usize,
    version: Option<String>,
    environment: usize,
    release: Option<usize>,
    at: DateTime<Utc>,
}

impl Asked {
    fn question<'p>(&'p self, portfolio: &'p Portfolio) -> Question<'p> {
        Question {
            project: &portfolio.projects[self.project],
            version: self.version.as_deref(),
            environment: self.environment,
            release: self.release,
        }
    }
}

impl CanDeploy {
    fn answer(&self, context: &Context<'_>) -> Result<(Asked, Permission), Error> {
        let portfolio = &context.loaded.portfolio;
        let (id, version) = match self.what.split_once('@') {
            Some((_, "")) => return Err(Error::usage("no version after the `@`").hint("write `PROJECT@VERSION`")),
            Some((id, version)) => (id, Some(version)),
            None => (self.what.as_str(), None),
        };
        let ids = portfolio.projects.iter().map(|project| &*project.id);
        let project = portfolio
            .projects
            .index(id)
            .ok_or_else(|| Error::unknown("project", id, ids, "a project is a manifest of `kind: project`"))?;
        let ids = portfolio.environments.iter().map(|environment| &*environment.id);
        let environment = portfolio.environments.index(&self.environment).ok_or_else(|| {
            Error::unknown("environment", &self.environment, ids, "an environment is a manifest of `kind: environment`")
        })?;
        let zone = portfolio.zone_of(&portfolio.environments[environment]);
        let at = self.time.map_or(context.clock.now, |time| time.instant(zone));
        let installed = Installed::new(portfolio);
        let facts = Facts {
            portfolio,
            schedule: context.schedule(),
            occupancy: context.occupancy(),
            installed: &installed,
            gates: context.gates(),
            today: context.clock.today,
        };
        let release = permission::bringing(facts, id, version, environment, at);
        let shipped = || {
            let scope = &portfolio.releases[release?].scope;
            scope.iter().filter(|item| *item.project == *id).find_map(|item| item.version.as_deref())
        };
        let version = version.or_else(shipped).map(str::to_owned);
        let asked = Asked { project, version, environment, release, at };
        let permission = permission::ask(facts, asked.question(portfolio), at);
        Ok((asked, permission))
    }
}

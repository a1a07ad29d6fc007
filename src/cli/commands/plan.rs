//! `relm plan`.

use std::collections::HashSet;

use clap::Parser;

use super::{Command, Status};
use crate::analysis::compare;
use crate::analysis::selection::Selection;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::outlook;
use crate::diagnostic::Finding;
use crate::render::{json, plan as render};
use crate::report::check;
use crate::report::plan::{self, Baseline, Ends};

/// See what is scheduled, what is critical, what is late and what is wrong
#[derive(Debug, Parser)]
#[command(
    name = "plan",
    after_help = "Examples:\n  relm plan                      every release that is not over\n  relm plan payments-2026.12     one release, over or not\n  relm plan --team payments --to 2026-12-31\n  relm plan --base v1            with the slip since that tag\n  relm plan --forecast           with P50 and P80, by the git history\n  relm plan --format mermaid     a gantt chart for Markdown\n\nP50 and P80 are taken from how many working days later than first planned things ended, and how late is by now what goes\non: of the same team and type where 20 ended, else of the team, of the type, of all. They are counted from the first plan;\nwhat is late already is compared only with what was as late. `relm history --backtest` says how often that held."
)]
pub struct Plan {
    /// Show these releases; globs allowed
    #[arg(value_name = "RELEASE")]
    releases: Vec<String>,

    /// Compare with the plan at this commit, branch or tag
    #[arg(long, value_name = "REV")]
    base: Option<String>,

    /// Show beside the plan when things end by how plans turned out here before: P50 in half, P80 in four of five cases
    #[arg(long)]
    forecast: bool,

    /// Show releases that are released, closed or cancelled too; JSON and CSV always have them
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    selection: args::Selection,
}

impl Command for Plan {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown, Format::Mermaid, Format::Csv];

    fn run(mut self, global: &Global) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        self.selection.release.append(&mut self.releases);
        let selection = self.selection.resolve(&context)?;
        let wanted = self.wanted(&context, &selection);
        let base = self.base.as_deref().map(|rev| context.at_revision(rev)).transpose()?;
        let mut findings = context.judge(&[]).findings;
        if !selection.is_empty() {
            let ids: HashSet<&str> = wanted.iter().map(|&r| &*context.loaded.portfolio.releases[r].id).collect();
            findings.retain(|finding| concerns(finding, &ids));
        }
        context.attach_texts(&findings);
        let baseline = |r: usize| base.as_ref().and_then(|base| baseline(&context, base, r));
        let views = check::views(&findings, &context.loaded.sources);
        let input = context.input();
        let mut view = plan::Plan::new(context.header(plan::SCHEMA), input, &wanted, &baseline, views);
        view.base = base.as_ref().and_then(|base| base.source.commit()).map(str::to_owned);
        if self.forecast {
            outlook::add(&context, &mut view)?;
        }
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Markdown => render::markdown::render(&view),
            Format::Mermaid => render::mermaid::render(&view),
            Format::Csv => render::csv::render(&view),
            _ => render::human::render(&view, &global.style()),
        })?;
        Ok(Status::Done)
    }
}

impl Plan {
    /// The releases to show, by index: those that match, and unless named or asked for only those that are not over.
    fn wanted(&self, context: &Context<'_>, selection: &Selection) -> Vec<usize> {
        let portfolio = &context.loaded.portfolio;
        // Programs get everything; people are not shown what is over unless they ask.
        let complete = matches!(context.global.format, Format::Json | Format::Csv);
        let named = complete || self.all || !self.selection.release.is_empty();
        let wanted = portfolio.releases.iter().enumerate().filter(|(r, release)| {
            let shown = named || !release.status().is_over();
            shown && selection.selects(portfolio, release, &context.schedule().releases[*r])
        });
        wanted.map(|(r, _)| r).collect()
    }
}

/// Whether a finding is about one of these releases, or explained by one.
fn concerns(finding: &Finding, ids: &HashSet<&str>) -> bool {
    let subjects = std::iter::once(&finding.subject).chain(finding.related.iter().map(|label| &label.subject));
    subjects.into_iter().any(|subject| subject.kind == "release" && ids.contains(&*subject.id))
}

/// What the base revision planned for a release.
fn baseline(context: &Context<'_>, base: &Context<'_>, r: usize) -> Option<Baseline> {
    let then = (&base.loaded.portfolio, base.schedule());
    let slip = compare::slip(then, (&context.loaded.portfolio, context.schedule()), r)?;
    let planned = Ends { start: slip.baseline_start, end: slip.baseline_end };
    Some(Baseline { planned, slip_days: slip.slip_days })
}

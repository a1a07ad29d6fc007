//! `relm check`.

use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};

use super::{Command, Status};
use crate::analysis::compare::compare_findings;
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::diagnostic::{Finding, Level, Severity, SourceMap, suggest};
use crate::render::findings::{github, gitlab, human, junit, markdown, sarif, statistics};
use crate::render::json;
use crate::report::check::{self, Base, RuleInfo, Scope};
use crate::rules::{RULES, find};

/// Find what is wrong in the manifests and in the plan
#[derive(Debug, Parser)]
#[command(
    name = "check",
    after_help = "Examples:\n  relm check                        check everything\n  relm check releases/ --rule overdue-phase\n  relm check --base origin/main     only what this branch introduces\n  relm check --format sarif -o relm.sarif\n\nExit code: 0 when nothing at or above --fail-on was found, 1 when something was, 2 when it could not be checked."
)]
pub struct Check {
    /// Report only what is in these files and folders
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Report only what is new since this commit, branch or tag
    #[arg(long, value_name = "REV")]
    base: Option<String>,

    /// Fail when something at least this bad is found
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    fail_on: FailOn,

    /// Report only what these rules find; may be repeated
    #[arg(long, value_name = "NAME")]
    rule: Vec<String>,

    /// Count the findings of each rule instead of showing them
    #[arg(long)]
    statistics: bool,
}

/// From where on findings fail the check.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}

impl FailOn {
    fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Info => severity >= Severity::Info,
            Self::Never => false,
        }
    }
}

impl Command for Check {
    const FORMATS: &'static [Format] =
        &[Format::Human, Format::Json, Format::Sarif, Format::Github, Format::Gitlab, Format::Junit, Format::Markdown];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let only = known_rules(&self.rule)?;
        let mut context = Context::open_broken(global)?;
        let places = self.places(&context)?;
        let outcome = context.judge(&only);
        let mut findings = outcome.findings;
        findings.retain(|finding| within(finding, &context.loaded.sources, &places));
        let base = match &self.base {
            Some(rev) => Some(compare(&mut findings, &context.at_revision(rev)?, &only, &places)),
            None => None,
        };
        context.attach_texts(&findings);
        let scope = Scope {
            files: context.loaded.sources.len(),
            documents: context.loaded.documents,
            suppressed: outcome.allowed,
            base,
            folder: context.folder_in_repository(),
        };
        let mut view = check::Check::new(context.header(check::SCHEMA), &findings, &context.loaded.sources, scope);
        if self.statistics {
            view = view.with_statistics();
        }
        global.write(&self.render(&view, global))?;
        let failed = findings.iter().any(|finding| self.fail_on.fails(finding.severity));
        Ok(if failed { Status::Refused } else { Status::Done })
    }
}

impl Check {
    fn render(&self, view: &check::Check, global: &Global) -> String {
        match global.format {
            Format::Json => json::render(view),
            Format::Sarif => sarif::render(view, &rule_infos()),
            Format::Github => github::render(view),
            Format::Gitlab => gitlab::render(view),
            Format::Junit => junit::render(view),
            Format::Markdown if self.statistics => statistics::markdown(view),
            Format::Markdown => markdown::render(view),
            _ if self.statistics => statistics::render(view, &global.style()),
            _ => human::render(view, &global.style()),
        }
    }

    /// The paths from the portfolio's root; none means everywhere.
    fn places(&self, context: &Context<'_>) -> Result<Vec<String>, Error> {
        let mut places = Vec::new();
        for path in &self.paths {
            let place = place(path, context)?;
            if place.is_empty() {
                return Ok(Vec::new());
            }
            places.push(place);
        }
        Ok(places)
    }
}

fn place(path: &Path, context: &Context<'_>) -> Result<String, Error> {
    let shown = path.display();
    let Some(place) = context.below_root(path) else {
        let root = context.source.root().display();
        return Err(Error::usage(format!("`{shown}` is outside the portfolio in `{root}`")));
    };
    if place.is_empty() || context.loaded.sources.iter().any(|(_, file)| lies_in(file, &place)) {
        return Ok(place);
    }
    let error = Error::usage(format!("no manifest of the portfolio is in `{shown}`"));
    let folders = context
        .loaded
        .sources
        .iter()
        .flat_map(|(_, file)| std::iter::once(file).chain(file.match_indices('/').map(|(at, _)| &file[..at])));
    // Long paths are all alike; only the nearest is worth offering.
    if let Some(nearest) = suggest::nearest(&place, folders).first() {
        return Err(error.hint(format!("from the root of the portfolio, did you mean `{nearest}`?")));
    }
    Err(if path.exists() { error.hint("hidden, ignored and excluded files do not belong to it") } else { error })
}

fn lies_in(file: &str, place: &str) -> bool {
    file.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn within(finding: &Finding, sources: &SourceMap, places: &[String]) -> bool {
    let file = sources.path(finding.span.file);
    places.is_empty() || places.iter().any(|place| lies_in(file, place))
}

fn known_rules(names: &[String]) -> Result<Vec<&str>, Error> {
    let known = |name: &String| match find(name) {
        Some(rule) => Ok(rule.name),
        None => Err(unknown_rule(name)),
    };
    names.iter().map(known).collect()
}

/// The answer to a rule that does not exist.
pub(super) fn unknown_rule(name: &str) -> Error {
    Error::unknown("rule", name, RULES.iter().map(|rule| rule.name), "`relm rules` lists them")
}

/// Leaves only what the base does not have, and counts what is gone since.
fn compare(findings: &mut Vec<Finding>, base: &Context<'_>, only: &[&str], places: &[String]) -> Base {
    let mut before = base.judge(only).findings;
    before.retain(|finding| within(finding, &base.loaded.sources, places));
    let compared = compare_findings(&before, findings);
    let fixed = compared.fixed.len();
    *findings = compared.introduced();
    Base { commit: base.source.commit().unwrap_or_default().to_owned(), introduced: findings.len(), fixed }
}

fn rule_infos() -> Vec<RuleInfo<'static>> {
    let info = |rule: &&'static crate::rules::Rule| RuleInfo {
        name: rule.name,
        summary: rule.summary,
        default: Level::At(rule.severity),
        docs: rule.docs,
    };
    RULES.iter().map(info).collect()
}

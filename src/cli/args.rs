//! The options every command has, and those of commands that select.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, Parser, ValueEnum};

use super::error::Error;
use super::terminal::{self, ColorChoice};
use crate::render::Style;

/// A format of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for people.
    Human,
    /// JSON, versioned; see `schema/`.
    Json,
    /// Markdown, for comments and wikis.
    Markdown,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands that annotate a change on GitHub.
    Github,
    /// A code-quality report for GitLab.
    Gitlab,
    /// `JUnit` XML, for test dashboards.
    Junit,
    /// Comma-separated values.
    Csv,
    /// JSON objects, one a line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
    /// Mermaid diagrams.
    Mermaid,
    /// Graphviz.
    Dot,
    /// An iCalendar file.
    Ics,
    /// One self-contained page.
    Html,
    /// A picture.
    Svg,
    /// `OpenMetrics`, for Prometheus and its like.
    Openmetrics,
}

impl Format {
    /// The word on the command line.
    pub fn as_str(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// Act as if started in DIR.
    #[arg(short = 'C', long, value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,

    /// Read the portfolio as this commit, branch or tag has it.
    #[arg(long, value_name = "REV", global = true)]
    pub at: Option<String>,

    /// Judge as of this day or time instead of now.
    #[arg(
        long,
        value_name = "DATE|DATETIME",
        env = "RELM_TODAY",
        hide_env_values = true,
        hide_env_values = true,
        global = true
    )]
    pub today: Option<String>,

    /// Whether `RELM_TODAY` says so and not the command line.
    #[arg(skip)]
    pub today_is_ambient: bool,

    /// Write the result to FILE, as a whole or not at all.
    #[arg(short, long, value_name = "FILE", global = true)]
    pub output: Option<PathBuf>,

    /// Use colours: auto, always or never.
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true,
        global = true
    )]
    pub color: ColorChoice,

    /// Say nothing but the result and errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say what is read and how long it takes.
    #[arg(short, long, global = true)]
    pub verbose: bool,

    /// The format of the result; each command lists its own.
    #[arg(long, value_name = "FORMAT", default_value = "human", hide = true, global = true)]
    pub format: Format,
}

impl Global {
    /// Where the result goes, unless to standard output.
    pub fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != Path::new("-"))
    }

    /// The style of the result.
    pub fn style(&self) -> Style {
        terminal::style(self.color, self.file().is_some())
    }

    /// Writes the result.
    pub fn write(&self, text: &str) -> Result<(), Error> {
        super::output::write(self.file(), text)
    }

    /// Tells something beside the result, on standard error.
    pub fn note(&self, word: &str, text: &str) {
        if !self.quiet {
            let code = if word == "warning" { "1;33" } else { "36" };
            super::output::note(&super::error::line(word, code, text, terminal::stderr_colour(self.color)));
        }
    }
}

/// The command line as far as it is the same for all commands.
#[derive(Debug, Parser)]
#[command(
    name = "relm",
    version,
    about = "Plan, check and steer releases that are written as YAML manifests in git",
    after_help = "Examples:\n  relm init --example     start a portfolio that is worth looking at\n  relm check              find what is wrong in it\n  relm check --base main  find what a change would break",
    subcommand_required = true,
    max_term_width = 100
)]
pub struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
}

/// Which objects a command looks at. Different options must all hold; the same option given twice widens the choice.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Selection (globs allowed, each may be repeated)")]
pub struct Selection {
    /// Only these releases.
    #[arg(long, value_name = "ID")]
    pub release: Vec<String>,

    /// Only what ships these projects.
    #[arg(long, value_name = "ID")]
    pub project: Vec<String>,

    /// Only what uses these environments.
    #[arg(long, value_name = "ID")]
    pub env: Vec<String>,

    /// Only what these teams work on.
    #[arg(long, value_name = "ID")]
    pub team: Vec<String>,

    /// Only releases of these types.
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Vec<String>,

    /// Only what uses these stages.
    #[arg(long, value_name = "STAGE")]
    pub stage: Vec<String>,

    /// Only what carries these labels.
    #[arg(long, value_name = "KEY=VALUE", value_parser = label)]
    pub label: Vec<(String, String)>,

    /// Only what people or teams own; `me` is the person of the git identity.
    #[arg(long, value_name = "me|ID")]
    pub owner: Vec<String>,

    /// Only what lasts until this day or longer.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Option<NaiveDate>,

    /// Only what begins on this day or before.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub to: Option<NaiveDate>,
}

fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write `key=value`, such as `region=eu` or `region=*`".to_owned()),
    }
}

/// Reads a day.
pub(super) fn date(text: &str) -> Result<NaiveDate, String> {
    match crate::time::When::parse(text) {
        Ok(crate::time::When::Date(date)) => Ok(date),
        Ok(_) => Err("write a day, such as `2026-12-05`".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

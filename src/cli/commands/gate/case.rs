//! What every decision about a gate begins and ends with.

use chrono::{NaiveDateTime, Timelike};
use clap::Args;

use super::committed::Head;
use crate::analysis::gates::{Gates, Judged, Policy};
use crate::cli::args::{Format, Global};
use crate::cli::commands::Status;
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::write::{self, Draft};
use crate::diagnostic::{Span, suggest};
use crate::edit::Document;
use crate::model::Kind;
use crate::model::portfolio::Provenance;
use crate::model::release::{Release, Status as ReleaseStatus};
use crate::render::gate::decision as render;
use crate::render::json;
use crate::report::gate::decision::{Decision as View, Standing};
use crate::report::show::Source;
use crate::time::{When, zone};

/// Options of every decision.
#[derive(Debug, Args)]
pub struct Options {
    /// Who decides; must be the person of your git identity
    #[arg(long = "as", value_name = "PERSON")]
    pub person: Option<String>,

    /// Show what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// A gate that somebody decides about.
#[derive(Debug)]
pub struct Case<'c> {
    /// The release, by index.
    pub release: usize,
    /// The gate as it stands.
    pub gate: Judged<'c>,
    /// The manifest of the release.
    pub draft: Draft,
    /// What is committed; none outside git.
    pub head: Option<Head>,
}

impl<'c> Case<'c> {
    /// Finds the gate that is named by release and gate.
    pub fn open(context: &'c Context<'_>, release: &str, gate: &str) -> Result<Self, Error> {
        let portfolio = &context.loaded.portfolio;
        let Some(index) = portfolio.releases.index(release) else {
            if portfolio.damage.lost(release) {
                return Err(unreadable(context, release));
            }
            let known = portfolio.releases.iter().map(|release| &*release.id);
            return Err(Error::unknown("release", release, known, "`relm plan` lists them"));
        };
        let manifest = &portfolio.releases[index];
        let gates = context.gates().of(index);
        let ids: Vec<_> = gates.iter().map(|gate| gate.id).collect();
        let Some(found) = gates.into_iter().find(|judged| **judged.id == *gate) else {
            let error = Error::usage(format!("`{release}` has no gate `{gate}`"));
            let near = suggest::did_you_mean(gate, ids.iter().map(|id| id.as_str()));
            return Err(error.hint(near.unwrap_or_else(|| match ids.len() {
                0 => "it writes none, and neither its type nor its risk demands any".to_owned(),
                _ => format!("`relm gate list {release}` lists what it has"),
            })));
        };
        over(context, manifest)?;
        let file = context.loaded.sources.path(manifest.span.file);
        let draft = Draft::of(context, file)?;
        let head = Head::of(context, file)?;
        Ok(Self { release: index, gate: found, draft, head })
    }

    /// The manifest, for an edit.
    pub fn document(&self, context: &Context<'_>) -> Document {
        Document::named(Kind::Release, &*context.loaded.portfolio.releases[self.release].id)
    }

    /// The portfolio with the decision in it, which must be read without faults.
    pub fn preview<'g>(&self, context: &Context<'g>) -> Result<Context<'g>, Error> {
        let after = self.draft.preview(context)?;
        match write::faults(context, &after, &[]).first() {
            None => Ok(after),
            Some(fault) => {
                let error =
                    Error::usage(format!("this cannot be written into `{}`: {}", self.draft.file(), fault.message));
                Err(fault.help.iter().fold(error, |error, help| error.hint(help.clone())))
            }
        }
    }

    /// The gate as these facts judge it.
    pub fn judged<'a>(&self, gates: Gates<'a>, context: &Context<'_>) -> Option<Judged<'a>> {
        let release = gates.portfolio.releases.index(&context.loaded.portfolio.releases[self.release].id)?;
        gates.of(release).into_iter().find(|gate| *gate.id == *self.gate.id)
    }

    /// What a commit of the file takes along beside the decision.
    pub fn other_changes(&self) -> Option<String> {
        let file = self.draft.file();
        let head = self.head.as_ref().filter(|head| head.has(file))?;
        head.differs(file, self.draft.before())
            .then(|| format!("`{file}` has other changes that are not committed; the commit takes them along"))
    }

    /// The command that commits the file; none outside git, and where that is done.
    pub fn commit(&self, context: &Context<'_>, subject: &str) -> Option<String> {
        let (head, file) = (self.head.as_ref()?, self.draft.file());
        if !head.differs(file, self.draft.text()) {
            return None;
        }
        let folder = context.global.directory.as_ref();
        let git = folder.map_or("git".to_owned(), |folder| format!("git -C {}", word(&folder.display().to_string())));
        let path = word(&from_here(context, file));
        let add = if head.has(file) { String::new() } else { format!("{git} add {path} && ") };
        let sign = if Policy::of(&context.loaded.portfolio).provenance == Provenance::Signed { " -S" } else { "" };
        Some(format!("{add}{git} commit{sign} -m {} -- {path}", word(subject)))
    }

    /// The view with nothing yet of what was decided.
    pub fn view(&self, context: &Context<'_>, schema: &'static str, standings: Standings, line: Option<usize>) -> View {
        let portfolio = &context.loaded.portfolio;
        View {
            header: context.header(schema),
            written: false,
            already: !self.draft.is_changed(),
            dry_run: false,
            release: portfolio.releases[self.release].id.to_string(),
            gate: self.gate.id.to_string(),
            criterion: None,
            decision: "",
            by: String::new(),
            role: None,
            at: None,
            note: None,
            expires: None,
            source: Source { file: self.draft.file().to_owned(), line },
            lines: write::line_views(&self.draft),
            before: Standing::of(&self.gate),
            after: standings.after,
            committed: standings.committed,
            provenance: Policy::of(portfolio).provenance.as_str(),
            commit: None,
            reverse: None,
            notes: Vec::new(),
        }
    }
}

/// Where a gate stands after a decision.
#[derive(Debug, Clone)]
pub struct Standings {
    /// With the file as it is, or would be.
    pub after: Standing,
    /// Once it is committed.
    pub committed: Standing,
}

/// Shows the view, and is done.
pub fn show(global: &Global, view: &View) -> Result<Status, Error> {
    global.write(&match global.format {
        Format::Json => json::render(view),
        _ => render::human(view, &global.style()),
    })?;
    Ok(Status::Done)
}

/// The two or three names of `RELEASE GATE …`, also with `/` between them.
pub fn names<const N: usize>(given: &[&Option<String>], usage: &str) -> Result<[String; N], Error> {
    let parts = given.iter().filter_map(|part| part.as_deref()).flat_map(|part| part.split('/'));
    let parts: Vec<String> = parts.map(str::to_owned).collect();
    let count = parts.len();
    parts.try_into().map_err(|_| {
        let what = if count < N { "something is missing" } else { "that is too much" };
        Error::usage(format!("{what}: name {usage}")).hint("`relm gate list` shows them")
    })
}

/// The moment of the decision, to the minute, as the portfolio's clocks show it; with its offset where that is ambiguous.
pub fn now(context: &Context<'_>) -> When {
    let (zone, now) = (context.loaded.portfolio.zone, context.clock.now);
    let minute = |time: NaiveDateTime| time.with_second(0).and_then(|time| time.with_nanosecond(0)).unwrap_or(time);
    let local = When::Local(minute(zone::local(now, zone)));
    if local.instant(zone).naive_utc() == minute(now.naive_utc()) {
        return local;
    }
    let fixed = now.with_timezone(&zone).fixed_offset();
    When::Fixed(fixed.with_second(0).and_then(|time| time.with_nanosecond(0)).unwrap_or(fixed))
}

/// The line of a place in the draft, from 1.
pub fn line(draft: &Draft, span: Span) -> Option<usize> {
    Some(draft.text().get(..span.start as usize)?.matches('\n').count() + 1)
}

/// Nothing is decided any more about what is over; but the gates of an emergency may follow it.
fn over(context: &Context<'_>, release: &Release) -> Result<(), Error> {
    let status = release.status();
    let kind = context.loaded.portfolio.settings.release_types.get(&release.r#type);
    let may_follow = kind.is_some_and(|kind| kind.review_within.is_some());
    if !status.is_over() || may_follow && status != ReleaseStatus::Cancelled {
        return Ok(());
    }
    let error = Error::usage(format!("`{}` is {}: there is nothing left to decide", release.id, status.as_str()));
    Err(error.hint("gates are decided before what they guard"))
}

/// Why a release that is there cannot be found.
fn unreadable(context: &Context<'_>, release: &str) -> Error {
    let files = context.loaded.findings.iter().map(|finding| context.loaded.sources.path(finding.span.file));
    let conflicted = files.into_iter().find(|file| {
        let text = context.source.read_path(file).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let has = |marker: &str| text.lines().any(|line| line.starts_with(marker));
        has("<<<<<<< ") && has(">>>>>>> ") && text.contains(release)
    });
    conflicted.map_or_else(
        || {
            let error = Error::usage(format!("the manifest of the release `{release}` cannot be read"));
            error.hint("`relm check` says why")
        },
        super::committed::conflict,
    )
}

/// The path of a file of the portfolio from the current folder.
fn from_here(context: &Context<'_>, file: &str) -> String {
    let full = context.source.root().join(file);
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let Ok(here) = here else { return full.display().to_string() };
    let common = here.components().zip(full.components()).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), here.components().count() - common);
    let down = full.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// A word for a shell.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@+=,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_given_in_one_argument_or_in_several() {
        let some = |text: &str| Some(text.to_owned());
        for given in [[some("a"), some("b")], [some("a/b"), None]] {
            let given: Vec<_> = given.iter().collect();
            assert_eq!(names::<2>(&given, "RELEASE GATE").unwrap(), ["a", "b"]);
        }
        assert_eq!(names::<3>(&[&some("a/b"), &some("c"), &None], "x").unwrap(), ["a", "b", "c"]);
        let error = |given: &[&Option<String>]| names::<2>(given, "RELEASE GATE").unwrap_err().to_string();
        assert_eq!(error(&[&some("a"), &None]), "something is missing: name RELEASE GATE");
        assert_eq!(error(&[&some("a/b"), &some("c")]), "that is too much: name RELEASE GATE");
    }

    #[test]
    fn words_are_quoted_for_a_shell_where_they_must_be() {
        assert_eq!(word("releases/a-1.yaml"), "releases/a-1.yaml");
        assert_eq!(word("it's $HOME"), "'it'\\''s $HOME'");
        assert_eq!(word(""), "''");
    }
}

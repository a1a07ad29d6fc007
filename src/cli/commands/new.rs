//! `relm new`.

use crate::diagnostic::wording::plural;
use std::fmt::Write as _;
use std::path::Path;

use chrono::{NaiveDate, TimeDelta};
use clap::{Parser, ValueEnum};

use super::{Command, Status};
use crate::analysis::back_schedule::{self as plan, DEFAULT_TYPES, PlacedPhase};
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::{Error, plain_io};
use crate::cli::ride::Ride;
use crate::cli::{draft, output, owner, write};
use crate::diagnostic::Span;
use crate::load::root::ROOT_FILE;
use crate::model::records::ChangeType;
use crate::model::scalar::is_id;
use crate::model::{Identified, Kind, Portfolio, Table, schema};
use crate::render::{json, text::sanitize};
use crate::report::new::{Milestone, New as View, Phase, SCHEMA};

/// Add a project, an environment, a release or a change
#[derive(Debug, Parser)]
#[command(
    name = "new",
    after_help = "Examples:\n  relm new release cards-2027.1 --target 2027-02-14\n  relm new release fix-8 --template emergency\n  relm new release --train weekly                          the next departure that no release is yet\n  relm new environment uat-2 --template uat\n  relm new project ledger\n\nOne new file is written where its siblings live; nothing is overwritten. A release gets the phases and gates of its type, placed backwards from the target; a type without `phases:` gets build (10d), test (5d) and deploy (1d). With `--train` it departs with the train: the projects, the type and the milestones are the train's."
)]
pub struct New {
    /// What to add
    #[arg(value_name = "KIND")]
    kind: NewKind,

    /// Its id; the file is named after it. With `--train` it may be left out: TRAIN-DATE
    #[arg(value_name = "ID", required_unless_present = "train")]
    id: Option<String>,

    /// The type of the release (default `minor`) or change (default `normal`), the stage of the environment
    #[arg(long, value_name = "TYPE")]
    template: Option<String>,

    /// The day the release is promised for; default the earliest that leaves time for the work and the notice
    #[arg(long, value_name = "DATE", value_parser = args::date)]
    target: Option<NaiveDate>,

    /// Make the release a departure of this train, on the target or on the next day that is to be filled
    #[arg(long, value_name = "ID")]
    train: Option<String>,
}

/// What can be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum NewKind {
    Project,
    Environment,
    Release,
    Change,
}

impl NewKind {
    const fn kind(self) -> Kind {
        match self {
            Self::Project => Kind::Project,
            Self::Environment => Kind::Environment,
            Self::Release => Kind::Release,
            Self::Change => Kind::Change,
        }
    }

    /// Where manifests of the kind go when there are none yet.
    const fn habit(self) -> &'static str {
        match self {
            Self::Project => "projects",
            Self::Environment => "environments",
            Self::Release => "releases",
            Self::Change => "changes",
        }
    }
}

/// What is asked for, as far as the portfolio decides it.
struct Wanted {
    kind: NewKind,
    id: String,
    template: Option<String>,
    target: Option<NaiveDate>,
    ride: Option<Ride>,
}

/// A manifest that is ready to be written.
struct Draft {
    text: String,
    target: Option<NaiveDate>,
    phases: Vec<PlacedPhase>,
}

impl Draft {
    fn plain(text: String) -> Self {
        Self { text, target: None, phases: Vec::new() }
    }
}

impl Command for New {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        if global.at.is_some() {
            return Err(Error::usage("`new` writes a file, so it cannot work at a revision").hint("leave `--at` out"));
        }
        if let Some(id) = self.id.as_deref().filter(|id| !is_id(id)) {
            let error = Error::usage(format!("`{id}` is not an id"));
            return Err(
                error.hint("an id begins with a letter or digit and goes on with letters, digits, `.`, `_`, `-`")
            );
        }
        let kind = self.kind.kind().as_str();
        let not_of_a_release = [
            (self.target.is_some(), "target", format!("a {kind} has no target")),
            (self.train.is_some(), "train", format!("a {kind} rides no train")),
        ];
        for (given, option, message) in not_of_a_release {
            if given && self.kind != NewKind::Release {
                return Err(Error::usage(message).hint(format!("leave `--{option}` out")));
            }
        }
        let mut context = Context::open(global)?;
        context.note_findings();
        let wanted = self.wanted(&context)?;
        wanted.refuse_existing(&mut context)?;
        let file = wanted.file(&context);
        let path = context.source.root().join(&file);
        if path.symlink_metadata().is_ok() {
            return Err(Error::usage(format!("there is a file `{file}` already; nothing was written")));
        }
        let draft = wanted.draft(&context, &file)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|error| {
            Error::output(format!("cannot make the folder `{}`: {}", folder.display(), plain_io(&error)))
        })?;
        output::write_file(&path, draft.text.as_bytes())?;
        let phases = draft.phases.iter().map(|placed| Phase {
            id: placed.phase.id.to_string(),
            start: placed.start,
            end: placed.end,
        });
        let view = View {
            header: context.header(SCHEMA),
            kind,
            file,
            target: draft.target,
            phases: phases.collect(),
            milestones: wanted.ride.iter().flat_map(|ride| &ride.milestones).map(milestone).collect(),
            train: wanted.ride.map(|ride| ride.train),
            id: wanted.id,
        };
        global.write(&match global.format {
            Format::Json => json::render(&view),
            _ => human(&view),
        })?;
        Ok(Status::Done)
    }
}

impl New {
    /// With the departure that a release is to be, which says what is not said here.
    fn wanted(self, context: &Context<'_>) -> Result<Wanted, Error> {
        let Self { kind, id, template, target, train } = self;
        let ride = train.map(|train| Ride::of(context, &train, target)).transpose()?;
        let id = id.or_else(|| ride.as_ref().map(|ride| ride.release_id.clone())).unwrap_or_default();
        let target = ride.as_ref().map(|ride| ride.day).or(target);
        let of_train = ride.as_ref().and_then(|ride| Some((&ride.train, ride.release_type.clone()?)));
        let template = match (of_train, template) {
            (Some((train, of_train)), Some(other)) if of_train != other => {
                let error = Error::usage(format!("the releases of `{train}` are of the type `{of_train}`"));
                return Err(error.hint("leave `--template` out"));
            }
            (of_train, template) => of_train.map(|(_, of_train)| of_train).or(template),
        };
        Ok(Wanted { kind, id, template, target, ride })
    }
}

impl Wanted {
    /// An id is unique within its kind, whatever its case.
    fn refuse_existing(&self, context: &mut Context<'_>) -> Result<(), Error> {
        let portfolio = &context.loaded.portfolio;
        let existing = match self.kind {
            NewKind::Project => same_id(&portfolio.projects, &self.id),
            NewKind::Environment => same_id(&portfolio.environments, &self.id),
            NewKind::Release => same_id(&portfolio.releases, &self.id),
            NewKind::Change => same_id(&portfolio.changes, &self.id),
        };
        let kind = self.kind.kind().as_str();
        if let Some((id, span)) = existing {
            context.loaded.attach_text(&context.source, span.file);
            let sources = &context.loaded.sources;
            let place = format!("{}:{}", sources.path(span.file), sources.position(span.file, span.start).line);
            let error = Error::usage(format!("there is a {kind} `{id}` already, in {place}"));
            return Err(error.hint("choose another id; case alone makes no difference"));
        }
        if portfolio.damage.lost(&self.id) {
            let error = Error::usage(format!("a manifest that cannot be read seems to have the id `{}`", self.id));
            return Err(error.hint("`relm check` says where"));
        }
        Ok(())
    }

    /// The new file: where most manifests of the kind live, else where they do by habit.
    fn file(&self, context: &Context<'_>) -> String {
        let portfolio = &context.loaded.portfolio;
        let siblings = match self.kind {
            NewKind::Project => places(&portfolio.projects),
            NewKind::Environment => places(&portfolio.environments),
            NewKind::Release => places(&portfolio.releases),
            NewKind::Change => places(&portfolio.changes),
        };
        write::file_among(context, &siblings, self.kind.habit(), &self.id)
    }

    fn draft(&self, context: &Context<'_>, file: &str) -> Result<Draft, Error> {
        let portfolio = &context.loaded.portfolio;
        let kind = self.kind.kind();
        let schema = format!(".relm/schema/{}", schema::file_name(Some(kind)));
        let schema = context
            .source
            .root()
            .join(&schema)
            .is_file()
            .then(|| format!("{}{schema}", "../".repeat(file.matches('/').count())));
        let owner = owner::me(context).ok().and_then(|ids| ids.into_iter().next());
        let head = draft::Head { kind, id: &self.id, owner: owner.as_deref(), schema };
        match self.kind {
            NewKind::Project => match &self.template {
                Some(_) => Err(Error::usage("a project has no template").hint("leave `--template` out")),
                None => Ok(Draft::plain(draft::project(&head))),
            },
            NewKind::Environment => Ok(Draft::plain(draft::environment(&head, self.stage(portfolio)?))),
            NewKind::Change => {
                let word = self.template.as_deref().unwrap_or(ChangeType::Normal.as_str());
                let known = ChangeType::WORDS.iter().copied();
                let change_type = ChangeType::from_word(word).ok_or_else(|| {
                    Error::unknown(
                        "type of change",
                        word,
                        known,
                        format!("known types: {}", ChangeType::WORDS.join(", ")),
                    )
                })?;
                let only = (portfolio.projects.len() == 1).then(|| &*portfolio.projects[0].id);
                Ok(Draft::plain(draft::change(&head, change_type.as_str(), only)))
            }
            NewKind::Release => self.release(context, head),
        }
    }

    /// The stage of a new environment: as told, else the one its id begins with, else the first.
    fn stage<'p>(&self, portfolio: &'p Portfolio) -> Result<&'p str, Error> {
        let stages: Vec<&str> = portfolio.settings.stages.iter().map(|stage| &**stage).collect();
        let Some(wanted) = self.template.as_deref() else {
            let named = stages.iter().copied().find(|stage| {
                self.id.strip_prefix(stage).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
            });
            let none =
                || Error::usage(format!("`{ROOT_FILE}` declares no stages")).hint("add `stages: [dev, test, prod]`");
            return named.or(stages.first().copied()).ok_or_else(none);
        };
        let all = format!("known stages: {}", stages.join(", "));
        let found = stages.iter().copied().find(|stage| *stage == wanted);
        found.ok_or_else(|| Error::unknown("stage", wanted, stages, all))
    }

    fn release(&self, context: &Context<'_>, head: draft::Head<'_>) -> Result<Draft, Error> {
        let portfolio = &context.loaded.portfolio;
        let type_name = self.release_type(portfolio)?;
        let today = context.clock.today;
        let phases = plan::phases_of(portfolio, type_name);
        let in_circles = || {
            Error::usage(format!("the phases of the type `{type_name}` wait for each other"))
                .hint(format!("mend `release_types:` in {ROOT_FILE}"))
        };
        let by_work = plan::earliest_end(portfolio, &phases, today).ok_or_else(in_circles)?;
        let by_notice = plan::end_of_notice(portfolio, type_name, today);
        let earliest = by_notice.map_or(by_work, |notice| notice.max(by_work));
        let target = self.target.unwrap_or(earliest);
        let placed = plan::back_schedule(portfolio, &phases, target).ok_or_else(in_circles)?;
        let note = |text: String| context.global.note("note", &text);
        if self.target.is_none() {
            note(format!(
                "the target is {target}, the earliest that leaves time for the work{}; `--target` chooses another",
                if by_notice.is_some() { " and the notice" } else { "" }
            ));
        }
        let first = placed.iter().map(|placed| placed.start).min();
        if let Some(first) = first.filter(|first| *first < today) {
            context.global.note(
                "warning",
                &format!(
                    "for {target} the work must have begun on {first}, {} ago; begun today it ends on {by_work}",
                    days(today - first)
                ),
            );
        }
        if let Some(notice) = by_notice.filter(|notice| *notice > target) {
            context.global.note(
                "warning",
                &format!("`{type_name}` asks for notice until {notice}, {} after the target", days(notice - target)),
            );
        }
        let declared = portfolio.settings.release_types.get(type_name);
        let text = draft::release(
            portfolio,
            &draft::Release {
                head,
                type_name,
                declared,
                announced: today,
                target,
                phases: &placed,
                ride: self.ride.as_ref(),
            },
        );
        Ok(Draft { text, target: Some(target), phases: placed })
    }

    fn release_type<'s>(&'s self, portfolio: &'s Portfolio) -> Result<&'s str, Error> {
        let declared: Vec<&str> = portfolio.settings.release_types.iter().map(|(name, _)| &**name).collect();
        let known = if declared.is_empty() { DEFAULT_TYPES.to_vec() } else { declared };
        let all = format!("known types: {}", known.join(", "));
        match (self.template.as_deref(), &known[..]) {
            (Some(wanted), _) if known.contains(&wanted) => Ok(wanted),
            (Some(wanted), _) => Err(Error::unknown("release type", wanted, known, all)),
            (None, [only]) => Ok(only),
            (None, _) if known.contains(&"minor") => Ok("minor"),
            (None, _) => Err(Error::usage("say which type of release").hint(format!("with `--template`; {all}"))),
        }
    }
}

fn same_id<T: Identified>(table: &Table<T>, id: &str) -> Option<(String, Span)> {
    let found = table.iter().find(|item| item.id().eq_ignore_ascii_case(id))?;
    Some((found.id().to_string(), found.id().span))
}

fn places<T: Identified>(table: &Table<T>) -> Vec<Span> {
    table.iter().map(Identified::span).collect()
}

fn milestone((id, date): &(String, NaiveDate)) -> Milestone {
    Milestone { id: id.clone(), date: *date }
}

fn days(count: TimeDelta) -> String {
    plural(count.num_days(), "day")
}

fn human(view: &View) -> String {
    let mut out = format!("Wrote `{}`\n", sanitize(&view.file));
    let milestones = view.milestones.iter().map(|milestone| (milestone.id.as_str(), milestone.date.to_string()));
    let phases = view.phases.iter().map(|phase| (phase.id.as_str(), format!("{} – {}", phase.start, phase.end)));
    let target = view.target.map(|target| ("target", target.to_string()));
    let lines: Vec<(&str, String)> = milestones.chain(phases).chain(target).collect();
    let width = lines.iter().map(|(id, _)| id.len()).max().unwrap_or_default();
    for (id, dates) in lines {
        let _ = writeln!(out, "  {:width$}  {dates}", sanitize(id));
    }
    out
}

//! What the reports of metrics share: their options, the days, what values are compared with, and the formats.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use clap::{Args, ValueEnum};

use super::super::Status;
use super::days::Days;
use crate::analysis::history;
use crate::analysis::metrics::{Base, By, Definition, Input, Members, Move, Period, Scope, Step};
use crate::analysis::selection::Selection;
use crate::cli::args::{self, Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::written;
use crate::git::Follow;
use crate::load::facts::Wants;
use crate::load::history::Since;
use crate::load::moves::{Ask, chronicle};
use crate::model::facts::{Chronicle, History, Place};
use crate::render::{json, metrics as render};
use crate::report::Header;
use crate::report::gate::Input as Places;
use crate::report::metrics::{Before, Metrics, Question};
use crate::time::zone;

/// The most points of a trend.
const MOST_STEPS: i64 = 600;

/// Every format a report of metrics can be written in.
pub const FORMATS: &[Format] =
    &[Format::Human, Format::Json, Format::Markdown, Format::Csv, Format::Html, Format::Openmetrics];

/// The options of reports of metrics.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    days: Days,

    /// Tell groups apart, or steps of time; one of each may be given
    #[arg(long, value_name = "project|team|type|environment|stage|week|month|quarter", hide_possible_values = true)]
    by: Vec<Cut>,

    /// Compare with a revision, with other days (FROM..TO), or with as many days before (`previous`)
    #[arg(long, visible_alias = "base", value_name = "REV|FROM..TO|previous")]
    compare: Option<String>,

    /// List the records behind each number, or behind one, and those left out, and why
    #[arg(long, value_name = "METRIC", num_args = 0..=1, default_missing_value = "")]
    explain: Option<String>,

    /// Exit with 1 when a value misses its target in `relm.yaml`
    #[arg(long)]
    fail_below_target: bool,

    #[command(flatten)]
    selection: args::Selection,
}

/// What groups or steps are made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Cut {
    /// Projects.
    Project,
    /// Teams.
    Team,
    /// Types of release.
    Type,
    /// Environments.
    Environment,
    /// Stages.
    Stage,
    /// Weeks.
    Week,
    /// Months.
    Month,
    /// Quarters.
    Quarter,
}

impl Cut {
    const fn group(self) -> Option<By> {
        match self {
            Self::Project => Some(By::Project),
            Self::Team => Some(By::Team),
            Self::Type => Some(By::Type),
            Self::Environment => Some(By::Environment),
            Self::Stage => Some(By::Stage),
            Self::Week | Self::Month | Self::Quarter => None,
        }
    }

    const fn step(self) -> Option<Step> {
        match self {
            Self::Week => Some(Step::Week),
            Self::Month => Some(Step::Month),
            Self::Quarter => Some(Step::Quarter),
            _ => None,
        }
    }
}

/// One of the reports.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    /// What it is called, for titles.
    pub title: &'static str,
    /// The name and version of its JSON.
    pub schema: &'static str,
    /// Its metrics.
    pub definitions: fn() -> Vec<&'static Definition>,
    /// What groups are made by unless told.
    pub by: Option<By>,
}

impl Options {
    /// Measures, writes, and says whether a target is missed where that was asked.
    pub fn run(&self, global: &Global, report: Report) -> Result<Status, Error> {
        let mut context = Context::open(global)?;
        context.note_findings();
        let (period, chosen) = self.days.period(context.clock.today)?;
        let question = self.question(report, period, chosen)?;
        let selection = self.selection.resolve(&context)?;
        context.learn(Wants { repositories: true, ..Wants::default() });
        let compared =
            self.compare.as_deref().map(|with| Compared::open(&context, with, period, &question)).transpose()?;
        let told = if asks_for_moves(&question) { told(&context)? } else { Told::default() };
        let compared = compared.as_ref();
        let measure = if global.format == Format::Openmetrics { Metrics::without_trends } else { Metrics::new };
        let asked = Asked { schema: report.schema, question: &question, selection: &selection, measure };
        let mut view = view(&mut context, &asked, compared, told.moves.as_deref());
        view.notes.extend(told.why_not.map(str::to_owned));
        global.write(&match global.format {
            Format::Json => json::render(&view),
            Format::Csv => render::csv(&view),
            Format::Openmetrics => render::openmetrics(&view),
            _ => {
                let unicode = unicode(global);
                let sheet = render::sheet(&view, report.title, unicode);
                written::sheet(global, &sheet)?;
                return Ok(self.status(global, &view));
            }
        })?;
        Ok(self.status(global, &view))
    }

    /// Whether a target is missed, where that was asked; those that are missed are named beside the result.
    fn status(&self, global: &Global, view: &Metrics) -> Status {
        if !self.fail_below_target {
            return Status::Done;
        }
        for note in view.notes.iter().filter(|note| note.starts_with("`targets.")) {
            global.note("warning", note);
        }
        let missed = view.missed();
        if missed.is_empty() {
            return Status::Done;
        }
        global.note("note", &format!("targets are missed: {}", missed.join(", ")));
        Status::Refused
    }

    fn question(&self, report: Report, period: Period, chosen: Option<String>) -> Result<Question, Error> {
        let groups: Vec<By> = self.by.iter().filter_map(|cut| cut.group()).collect();
        let steps: Vec<Step> = self.by.iter().filter_map(|cut| cut.step()).collect();
        if groups.len() > 1 || steps.len() > 1 {
            let error = Error::usage("`--by` takes one kind of group and one step of time");
            return Err(error.hint("write, for instance, `--by project --by month`"));
        }
        let step = steps.first().copied();
        let length = match step {
            Some(Step::Week) => 7,
            Some(Step::Month) => 30,
            _ => 91,
        };
        if step.is_some() && period.days() / length > MOST_STEPS {
            let error = Error::usage(format!("that is more than {MOST_STEPS} steps"));
            return Err(error.hint("choose fewer days, or a longer step"));
        }
        let mut definitions = (report.definitions)();
        if let Some(named) = self.explain.as_deref().filter(|named| !named.is_empty()) {
            let known: Vec<&'static str> = definitions.iter().map(|definition| definition.id).collect();
            definitions.retain(|definition| definition.id == named);
            if definitions.is_empty() {
                return Err(unknown_metric(named, &known));
            }
        }
        let by = groups.first().copied().or(if step.is_none() && self.explain.is_none() { report.by } else { None });
        Ok(Question { definitions, period, chosen, by, step, explain: self.explain.is_some() })
    }
}

/// Whether an answer takes the history of written dates, which takes time to read.
fn asks_for_moves(question: &Question) -> bool {
    question.definitions.iter().any(|definition| definition.id.starts_with("slip_"))
}

fn unknown_metric(named: &str, known: &[&'static str]) -> Error {
    if let Some(other) = crate::analysis::metrics::find(named) {
        let report = match other.family.as_str() {
            "dora" => "dora",
            _ => "kpi",
        };
        let error = Error::usage(format!("`{named}` is not in this report"));
        return error.hint(format!("`relm report {report} --explain {named}` has it"));
    }
    Error::unknown("metric", named, known.iter().copied(), format!("known here: {}", known.join(", ")))
}

/// Another revision or other days.
struct Compared<'g> {
    with: String,
    period: Period,
    /// None: the same portfolio.
    context: Option<Context<'g>>,
    /// What its history had moved.
    moves: Option<Vec<Move>>,
}

impl<'g> Compared<'g> {
    /// `previous` and `FROM..TO` are days, everything else is a revision.
    fn open(context: &Context<'g>, with: &str, period: Period, question: &Question) -> Result<Self, Error> {
        if with == "previous" {
            return Ok(Self { with: with.to_owned(), period: period.previous(), context: None, moves: None });
        }
        let days = with.split_once("..").and_then(|(from, to)| Some((args::date(from).ok()?, args::date(to).ok()?)));
        if let Some((from, to)) = days {
            let Some(period) = Period::new(from, to) else {
                return Err(Error::usage(format!("`{with}` ends before it begins")).hint("swap the two days"));
            };
            return Ok(Self { with: with.to_owned(), period, context: None, moves: None });
        }
        let other = context
            .at_revision(with)
            .map_err(|error| error.hint("write a revision, days such as `2026-01-01..2026-03-31`, or `previous`"))?;
        other.learn(Wants { repositories: true, ..Wants::default() });
        let moves = if asks_for_moves(question) { moves(&other)? } else { None };
        Ok(Self { with: with.to_owned(), period, context: Some(other), moves })
    }
}

/// What metrics are measured from.
pub fn base<'c>(context: &'c Context<'_>, moves: Option<&'c [Move]>) -> Base<'c> {
    Base::new(Input { gates: context.gates(), occupancy: context.occupancy(), moves })
}

/// The written dates that commits have moved; none where no history tells of all of it.
pub fn moves(context: &Context<'_>) -> Result<Option<Vec<Move>>, Error> {
    Ok(told(context)?.moves)
}

/// What a history tells of written dates.
#[derive(Debug, Default)]
pub struct Told {
    /// The dates that commits have moved.
    pub moves: Option<Vec<Move>>,
    /// Why nobody can tell, where that is worth saying.
    pub why_not: Option<&'static str>,
}

impl Told {
    /// What a chronicle tells. Of a clone that ends somewhere nobody knows what moved before: 0 would be a guess.
    pub fn of(chronicle: &Chronicle, zone: Tz) -> Self {
        match chronicle.history {
            History::Whole => Self { moves: Some(moves_in(chronicle, zone)), why_not: None },
            History::Shallow => Self { moves: None, why_not: Some(SHALLOW) },
            History::OutsideGit | History::NoCommit | History::Unreadable(_) => Self::default(),
        }
    }
}

/// What is said of a clone without its whole history.
const SHALLOW: &str = "the clone is shallow, so nobody can tell how often dates slipped; `git fetch --unshallow` brings the \
    whole history";

fn told(context: &Context<'_>) -> Result<Told, Error> {
    let ask = Ask { since: Since::Beginning, follow: Follow::AllParents, every: false };
    let chronicle = chronicle(&context.source, &context.loaded, &ask)?;
    Ok(Told::of(&chronicle, context.loaded.portfolio.zone))
}

/// The dates that the commits of a history have moved.
fn moves_in(chronicle: &Chronicle, zone: Tz) -> Vec<Move> {
    let moves = history::moves(chronicle).into_iter().filter_map(|moved| {
        let commit = chronicle.steps.get(moved.step)?.commit.as_ref()?;
        let Place { release, subject, field } = &moved.place;
        let field = field.as_str();
        Some(Move {
            release: release.to_string(),
            field: if subject.is_empty() { field.to_owned() } else { format!("{subject}/{field}") },
            day: zone::local(commit.at.to_utc(), zone).date(),
            commit: commit.id.clone(),
            days: moved.days?,
        })
    });
    moves.collect()
}

/// What is asked of the portfolio, and of what it is compared with.
#[derive(Clone, Copy)]
struct Asked<'q> {
    schema: &'static str,
    question: &'q Question,
    selection: &'q Selection,
    measure: Measure,
}

/// [`Metrics::new`], or the same without trends.
type Measure = fn(Header, &Places<'_>, &Base<'_>, &Members, &Question, Option<Before<'_, '_>>) -> Metrics;

/// The view; a second time with the lines of what it points into, when it points anywhere.
fn view(
    context: &mut Context<'_>,
    asked: &Asked<'_>,
    compared: Option<&Compared<'_>>,
    moves: Option<&[Move]>,
) -> Metrics {
    let Asked { schema, question, selection, measure } = *asked;
    let header = context.header(schema);
    let make = |context: &Context<'_>| {
        let input = Places::new(context.gates(), &context.loaded.sources);
        let base = base(context, moves);
        let members = Members::selected(&base, selection);
        let other = compared.and_then(|it| it.context.as_ref());
        let other_base = other.map(|other| self::base(other, compared.and_then(|it| it.moves.as_deref())));
        let other_members = other_base.as_ref().map(|base| Members::selected(base, selection));
        let before = compared.map(|it| Before {
            base: other_base.as_ref().unwrap_or(&base),
            members: other_members.as_ref().unwrap_or(&members),
            period: it.period,
            with: &it.with,
            commit: other.and_then(|other| other.source.commit()),
        });
        (measure(header.clone(), &input, &base, &members, question, before), input.files())
    };
    let (view, files) = make(context);
    if files.is_empty() {
        return view;
    }
    for file in files.into_iter().collect::<BTreeSet<_>>() {
        context.loaded.attach_text(&context.source, file);
    }
    make(context).0
}

/// Makes a view twice: the first tells which files it points into, the second knows the lines there.
pub fn pointed<V>(
    context: &mut Context<'_>,
    schema: &'static str,
    make: impl Fn(&Context<'_>, Header, &Places<'_>) -> V,
) -> V {
    let header = context.header(schema);
    let first = Places::new(context.gates(), &context.loaded.sources);
    let view = make(context, header.clone(), &first);
    let files = first.files();
    if files.is_empty() {
        return view;
    }
    for file in files {
        context.loaded.attach_text(&context.source, file);
    }
    make(context, header, &Places::new(context.gates(), &context.loaded.sources))
}

/// What a report says of some members in some days, with the lines of what it points into.
pub fn scoped<V>(
    context: &mut Context<'_>,
    schema: &'static str,
    selection: &Selection,
    period: Period,
    make: impl Fn(Header, &Places<'_>, &Scope<'_, '_>) -> V,
) -> V {
    pointed(context, schema, |context, header, input| {
        let base = base(context, None);
        let members = Members::selected(&base, selection);
        make(header, input, &Scope { base: &base, members: &members, period })
    })
}

/// Whether the result may draw with characters beyond ASCII: every format but a terminal that cannot.
pub fn unicode(global: &Global) -> bool {
    global.format != Format::Human || global.style().unicode
}

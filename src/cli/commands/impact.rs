//! `relm impact`.

use std::collections::HashSet;

use clap::Parser;

use super::{Command, Status, ambiguous, unknown};
use crate::analysis::compare::compare_findings;
use crate::analysis::impact::{
    self as analysis, Moves, Refusal, Side, bottleneck, collisions, followed, in_days, missed, move_deployments,
    production_moves,
};
use crate::analysis::occupancy::Occupancy;
use crate::analysis::schedule::Schedule;
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::target::Target;
use crate::cli::what_if::{self, Assignment, Made};
use crate::diagnostic::Finding;
use crate::git::Repo;
use crate::graph::Node;
use crate::render::{impact as render, json};
use crate::report::check;
use crate::report::impact::{self, ChangeView, FindingsView, Material, Question};
use crate::report::show::{Found, Object, find};
use crate::time::duration::Lag;

/// See what happens if something slips, is planned otherwise, or is merged
#[derive(Debug, Parser)]
#[command(
    name = "impact",
    after_help = "Examples:\n  relm impact payments-2026.12/uat --slip 5d           what if the phase is five working days later\n  relm impact payments-2026.12 --slip 1w --format mermaid\n  relm impact --set payments-2026.12/uat.start=2026-11-30 --set payments-2026.12.target=2026-12-12\n  relm impact --branch feature/replan                  what does this branch do to everybody's plan\n\nA phase that has not begun begins so much later than it is forecast; one that has begun takes so much longer; of a release its first phases that have not ended slip; a milestone, and a release without phases, is moved itself. Distances are those of manifests: `5d` and `1w` are working time of the phase's calendar, `3ed` and `1ew` elapsed time; `-2d` is earlier. `--set` takes any field that `relm set` does.\n\nThe portfolio is changed in memory, planned and judged like any other, and compared with what it is. Written dates of what follows stand, so its forecast moves and not its plan; bookings and freezes are also judged as they would be once all that moves is planned for its forecast, with the deployment windows moved along. A branch is compared with the commit where it left this one.\n\nNothing is ever written.\n\nExit code: 0 when it could be said, 2 when not."
)]
pub struct Impact {
    /// What slips: a release, RELEASE/PHASE, or a milestone
    #[arg(value_name = "ID")]
    id: Option<String>,

    /// How far it slips, such as `5d`, `1w`, `3ed`; `-2d` for earlier
    #[arg(long, value_name = "DISTANCE", allow_hyphen_values = true)]
    slip: Option<String>,

    /// What if this field said that; may be repeated
    #[arg(long, value_name = "ID.FIELD=VALUE", conflicts_with_all = ["slip", "id"])]
    set: Vec<String>,

    /// What the plan becomes by what this commit, branch or tag changes
    #[arg(long, value_name = "REV", conflicts_with_all = ["slip", "id", "set"])]
    branch: Option<String>,
}

/// The two portfolios, and what was asked.
struct Compared<'g> {
    before: Context<'g>,
    after: Context<'g>,
    question: Question,
    made: Vec<Made>,
}

impl Command for Impact {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json, Format::Markdown, Format::Mermaid, Format::Csv];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let context = Context::open(global)?;
        context.note_findings();
        let view = self.compare(context)?.view();
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

impl Impact {
    fn compare(self, context: Context<'_>) -> Result<Compared<'_>, Error> {
        if let Some(rev) = self.branch {
            return of_branch(context, rev);
        }
        let (assignments, question) = match (self.id, self.slip) {
            (Some(id), Some(slip)) => slipped(&context, &id, &slip)?,
            (Some(id), None) => {
                let error = Error::usage(format!("how far does `{id}` slip?"));
                return Err(error.hint(format!("write `relm impact {id} --slip 5d`")));
            }
            (None, Some(slip)) => {
                let error = Error::usage(format!("what slips by `{slip}`?"));
                return Err(error.hint(format!("write `relm impact RELEASE/PHASE --slip {slip}`")));
            }
            (None, None) if self.set.is_empty() => {
                let error = Error::usage("nothing is changed, so there is no impact");
                return Err(error.hint("say what slips (`ID --slip 5d`), what is planned otherwise (`--set ID.FIELD=VALUE`) or what is merged (`--branch REV`)"));
            }
            (None, None) => {
                let read = |text: &String| Assignment::read(&context, text);
                let assignments = self.set.iter().map(read).collect::<Result<Vec<_>, _>>()?;
                (assignments, Question { kind: "set", ..Question::default() })
            }
        };
        let (after, made) = what_if::with(&context, assignments)?;
        Ok(Compared { before: context, after, question, made })
    }
}

/// The branch, against the commit where it left what is read here; where they never met, against what is read here.
fn of_branch(context: Context<'_>, rev: String) -> Result<Compared<'_>, Error> {
    let after = readable(context.at_revision(&rev)?, &rev)?;
    let head = after.source.commit().map(str::to_owned);
    let repo = Repo::discover(context.source.root())?;
    let base = match (&repo, context.source.commit(), &head) {
        (Some(repo), Some(here), Some(there)) => repo.merge_base(here, there)?,
        _ => None,
    };
    let base = base.map(|commit| commit.id);
    let before = match &base {
        Some(base) => readable(context.at_revision(base)?, base)?,
        None => context,
    };
    let question = Question { kind: "branch", branch: Some(rev), head, base, ..Question::default() };
    Ok(Compared { before, after, question, made: Vec::new() })
}

/// Without settings there is no plan to compare.
fn readable<'g>(context: Context<'g>, rev: &str) -> Result<Context<'g>, Error> {
    if context.loaded.has_settings {
        return Ok(context);
    }
    let error = Error::input(format!("`relm.yaml` cannot be read as the settings of a portfolio at `{rev}`"));
    Err(error.hint(format!("`relm check --at {rev}` shows why")))
}

/// The fields that say that something slips.
fn slipped(context: &Context<'_>, id: &str, slip: &str) -> Result<(Vec<Assignment>, Question), Error> {
    let wrong = |text: String| Error::usage(text).hint("write a distance such as `5d`, `1w`, `3ed` or `-2d`");
    let lag = Lag::parse(slip).map_err(|error| Error::usage(error.to_string()))?;
    let lag = in_days(lag).ok_or_else(|| wrong(format!("`{slip}` is no number of whole days")))?;
    if lag.duration.is_zero() {
        return Err(wrong(format!("a slip of `{slip}` is none")));
    }
    let node = thing(context, id)?;
    let portfolio = &context.loaded.portfolio;
    let side = side(context);
    let name = analysis::name(portfolio, node);
    let settings =
        analysis::settings(side, node, lag, context.clock.today).map_err(|refusal| refused(&name, slip, &refusal))?;
    let assignment = |setting: analysis::Setting| {
        let (kind, id) = match setting.node {
            Node::Milestone(..) => ("milestone", analysis::name(portfolio, setting.node)),
            Node::Phase(..) => ("phase", analysis::name(portfolio, setting.node)),
            node => ("release", analysis::name(portfolio, node)),
        };
        let target = Target::find(context, &format!("{kind}/{id}"))?;
        Ok(Assignment { target, field: setting.field.to_owned(), value: setting.value })
    };
    let assignments = settings.into_iter().map(assignment).collect::<Result<Vec<_>, Error>>()?;
    let question = Question { kind: "slip", id: Some(name), slip: Some(lag.to_string()), ..Question::default() };
    Ok((assignments, question))
}

/// The release, phase or milestone of an id. What else has the id cannot slip, and is not in the way.
fn thing(context: &Context<'_>, id: &str) -> Result<Node, Error> {
    let portfolio = &context.loaded.portfolio;
    let mut found = find(portfolio, id);
    if let Found::Several(names) = &found {
        let can_slip = |name: &&String| ["release/", "phase/", "milestone/"].iter().any(|kind| name.starts_with(kind));
        let mut those = names.iter().filter(can_slip);
        if let (Some(only), None) = (those.next(), those.next()) {
            found = find(portfolio, only);
        }
    }
    match found {
        Found::One(Object::Release(r)) => Ok(Node::Finish(r)),
        Found::One(Object::Phase(r, p)) => Ok(Node::Phase(r, p)),
        Found::One(Object::Milestone(r, m)) => Ok(Node::Milestone(r, m)),
        Found::One(Object::Gate(r, _)) => {
            Err(Error::usage(format!("`{id}` is a gate, which has no length of its own"))
                .hint(format!("let a phase of `{}` slip, or set `{id}.due`", portfolio.releases[r].id)))
        }
        Found::One(object) => {
            Err(Error::usage(format!("`{id}` is of the kind `{}`, which cannot slip", object.kind()))
                .hint("a release, RELEASE/PHASE or RELEASE/MILESTONE can; `relm plan` lists them"))
        }
        Found::Several(names) => Err(ambiguous(id, &names)),
        Found::None(nearest) => Err(unknown(id, nearest)),
    }
}

fn refused(name: &str, slip: &str, refusal: &Refusal) -> Error {
    match refusal {
        Refusal::Ended(day) => Error::usage(format!("`{name}` is over since {day}, so it cannot slip"))
            .hint("let what follows it slip: `relm graph` shows what does"),
        Refusal::Over(release, status) => {
            Error::usage(format!("`{release}` is {}, so nothing of it can slip", status.as_str()))
                .hint("`relm plan` lists the releases that are not over")
        }
        Refusal::NothingOpen => Error::usage(format!("every phase of `{name}` has ended, so it cannot slip"))
            .hint("`relm set` its `status` when it has shipped"),
        Refusal::Undated => Error::usage(format!("`{name}` has no dates, so it cannot slip"))
            .hint("`relm check` says what keeps it from being placed"),
        Refusal::Past(phase, forecast) => {
            Error::usage(format!("`{phase}` cannot begin before today; it is forecast for {forecast}"))
                .hint("move it by less; if it has begun, `relm set` its `actual.start`")
        }
        Refusal::OutOfRange => {
            Error::usage(format!("`{slip}` leads out of the years 1900 to 2200")).hint("slip by less")
        }
    }
}

fn side<'c>(context: &'c Context<'_>) -> Side<'c> {
    Side { portfolio: &context.loaded.portfolio, graph: context.graph(), schedule: context.schedule() }
}

/// The plan once all that moved is planned for its forecast.
struct Then {
    /// After the change.
    schedule: Schedule,
    /// The deployments that move along.
    deployments: Vec<(usize, i64)>,
    /// Without the change: what would come anyway. Only where both sides have the same phases.
    anyway: Option<Schedule>,
}

impl Compared<'_> {
    /// Plans and judges both sides, then each once more as if all that moved were planned so.
    fn view(mut self) -> impact::Impact {
        let changed = changed(&self.after, &self.made);
        let (before, after) = (side(&self.before), side(&self.after));
        let moves = Moves::new(before, after, &changed);
        let was = self.before.judge(&[]).findings;
        let is = self.after.judge(&[]).findings;
        let is_branch = self.question.kind == "branch";
        let then = Then {
            schedule: followed(after, &moves),
            deployments: if is_branch { Vec::new() } else { production_moves(after.portfolio, &moves) },
            anyway: (!is_branch).then(|| followed(before, &moves)),
        };
        let mut view = self.plans(&moves, &changed, &then);
        let compared = compare_findings(&was, &is);
        let (new, fixed, unchanged) = (compared.introduced(), compared.resolved(), compared.unchanged);
        let followed = self.judge_then(then, &[&was, &is]);
        self.after.attach_texts(&[new.clone(), followed.clone()].concat());
        self.before.attach_texts(&fixed);
        view.findings = FindingsView {
            unchanged,
            new: check::views(&new, &self.after.loaded.sources),
            fixed: check::views(&fixed, &self.before.loaded.sources),
        };
        view.followed = check::views(&followed, &self.after.loaded.sources);
        view
    }

    /// The view without findings.
    fn plans(&self, moves: &Moves, changed: &HashSet<Node>, then: &Then) -> impact::Impact {
        let (before, after) = (&self.before, &self.after);
        let now = after.clock.now;
        let mut planned = after.loaded.portfolio.clone();
        move_deployments(&mut planned, &then.deployments);
        let occupancy = Occupancy::new(&planned, &then.schedule);
        let portfolio = &before.loaded.portfolio;
        let anyway = then.anyway.as_ref().map(|anyway| Occupancy::new(portfolio, anyway));
        let mut bookings = vec![(portfolio, before.occupancy())];
        bookings.extend(anyway.as_ref().map(|anyway| (portfolio, anyway)));
        let last = bookings[bookings.len() - 1];
        let material = Material {
            before: side(before),
            after: side(after),
            moves,
            changed,
            missed: missed((side(before), before.gates()), (side(after), after.gates())),
            collisions: collisions(&bookings, (&planned, &occupancy), now),
            bottleneck: bottleneck(moves, &then.schedule, last, (&planned, &occupancy), now),
        };
        impact::Impact::new(before.header(impact::SCHEMA), self.question.clone(), changes(&self.made), material)
    }

    /// What is wrong then, beside what was known and what would come anyway.
    fn judge_then(&mut self, then: Then, known: &[&[Finding]]) -> Vec<Finding> {
        let Then { schedule, deployments, anyway } = then;
        self.after.replan(schedule, |portfolio| move_deployments(portfolio, &deployments));
        let mut found = self.after.judge(&[]).findings;
        for known in known {
            leave_new(&mut found, known);
        }
        if let Some(anyway) = anyway.filter(|_| !found.is_empty()) {
            self.before.replan(anyway, |_| {});
            leave_new(&mut found, &self.before.judge(&[]).findings);
        }
        found
    }
}

/// Leaves what a judgement did not say of the same subject by the same rule.
fn leave_new(findings: &mut Vec<Finding>, known: &[Finding]) {
    let said = |finding: &Finding| (finding.rule, finding.subject.clone());
    let known: HashSet<_> = known.iter().map(said).collect();
    findings.retain(|finding| !known.contains(&said(finding)));
}

/// The places after of what was changed itself.
fn changed(after: &Context<'_>, made: &[Made]) -> HashSet<Node> {
    let node = |made: &Made| match find(&after.loaded.portfolio, &made.target.name) {
        Found::One(Object::Phase(r, p)) => Some(Node::Phase(r, p)),
        Found::One(Object::Milestone(r, m)) => Some(Node::Milestone(r, m)),
        Found::One(Object::Release(r)) => Some(Node::Finish(r)),
        _ => None,
    };
    made.iter().filter_map(node).collect()
}

fn changes(made: &[Made]) -> Vec<ChangeView> {
    let view = |made: &Made| ChangeView {
        id: made.target.short_name().to_owned(),
        field: made.field.clone(),
        before: made.before.clone(),
        after: made.after.clone(),
        file: made.file.clone(),
    };
    made.iter().map(view).collect()
}

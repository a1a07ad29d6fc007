//! `relm gate waive`.

use chrono::NaiveDate;
use clap::Parser;

use super::super::{Command, Status};
use super::approver;
use super::case::{self, Case, Options, Standings, names};
use crate::analysis::gates::{JudgedCriterion, Outcome};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::write;
use crate::diagnostic::{FileId, suggest};
use crate::edit::{Edit, Value};
use crate::load::root::ROOT_FILE;
use crate::load::yaml;
use crate::model::node::{Node, Value as Read};
use crate::model::portfolio::Person;
use crate::report::gate::decision::{Decision as View, Standing, WAIVE};

/// Waive a criterion of a gate: write down why it is not demanded
#[derive(Debug, Parser)]
#[command(
    name = "waive",
    override_usage = "relm gate waive [OPTIONS] --reason <TEXT> <RELEASE> <GATE> <CRITERION>",
    after_help = "Examples:\n  relm gate waive payments-2026.12 go-live pen-test --reason 'no external surface' --expires 2026-12-31\n  relm gate waive payments-2026.12/go-live/pen-test --reason 'no external surface' --dry-run\n\nWho you are: as for `relm gate approve`; who holds one of the roles that the gate requires may waive its criteria. The criterion gets `status: waived` and a `waiver:` with who, why and until when; one that comes from the template is copied into the gate first. A waiver holds through `--expires`, judged on the day of what the gate guards.\n\nExit code: 0 when it stands (or would, with --dry-run), 2 when it was refused or cannot be written."
)]
pub struct Waive {
    /// The release; `RELEASE/GATE/CRITERION` names all three
    #[arg(value_name = "RELEASE", required = true)]
    release: Option<String>,

    /// The gate
    #[arg(value_name = "GATE")]
    gate: Option<String>,

    /// The criterion
    #[arg(value_name = "CRITERION")]
    criterion: Option<String>,

    /// Why it is not demanded
    #[arg(long, value_name = "TEXT", required = true)]
    reason: String,

    /// The last day it holds; without, it holds for good
    #[arg(long, value_name = "DATE")]
    expires: Option<NaiveDate>,

    #[command(flatten)]
    options: Options,
}

impl Command for Waive {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let place = [&self.release, &self.gate, &self.criterion];
        let [release, gate, criterion] = names(&place, "RELEASE, GATE and CRITERION")?;
        let reason = self.reason.trim();
        if reason.is_empty() {
            return Err(Error::usage("the reason is blank").hint("say in a few words why it is not demanded"));
        }
        let (context, lock) = write::open(global, "gate waive", self.options.dry_run)?;
        context.note_findings();
        let mut case = Case::open(&context, &release, &gate)?;
        let person = approver::person(&context, self.options.person.as_deref())?;
        may_waive(&context, &case, person)?;
        let index = case.gate.criteria.iter().position(|judged| *judged.criterion.id == *criterion);
        let Some(index) = index else {
            let known: Vec<&str> = case.gate.criteria.iter().map(|judged| judged.criterion.id.as_str()).collect();
            let error = Error::usage(format!("`{release}/{gate}` has no criterion `{criterion}`"));
            let near = suggest::did_you_mean(&criterion, known.iter().copied());
            return Err(error.hint(near.unwrap_or_else(|| match known.len() {
                0 => "it has none at all, so there is nothing to waive".to_owned(),
                _ => format!("it has {}", known.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")),
            })));
        };
        if let Some(day) = self.expires.filter(|day| *day < context.clock.today) {
            let error = Error::usage(format!("a waiver that ends on {day} is over already"));
            return Err(error.hint(format!("today is {}", context.clock.today)));
        }
        if !self.stands(&case.gate.criteria[index])? {
            self.edit(&context, &mut case, index, person)?;
        }
        let after = case.preview(&context)?;
        let Some(judged) = case.judged(after.gates(), &context) else {
            return Err(Error::input(format!("the gate is not found again in `{}`", case.draft.file())));
        };
        let found = judged.criteria.iter().find(|judged| *judged.criterion.id == *criterion);
        let span = found.map(|found| found.criterion.id.span);
        let mut notes = Vec::new();
        if let Some(Outcome::WaiverExpired(day)) = found.map(|found| &found.outcome) {
            let start = judged.guarded_start.map(|day| format!(", on {day}")).unwrap_or_default();
            notes.push(format!(
                "the waiver ends on {day}, before what the gate guards begins{start}: it does not help there"
            ));
        }
        if !self.options.dry_run {
            case.draft.write(&context)?;
        }
        drop(lock);
        let commit = case.commit(&context, &format!("Waive {criterion} of {release}/{gate}"));
        let commit = commit.filter(|_| !self.options.dry_run);
        notes.extend(commit.as_ref().and_then(|_| case.other_changes()));
        let standing = Standing::of(&judged);
        let standings = Standings { after: standing.clone(), committed: standing };
        let waiver = found.and_then(|found| found.criterion.waiver.as_ref());
        let by = waiver.and_then(|waiver| waiver.by.as_ref()).map_or(&person.id, |by| by);
        let view = View {
            written: case.draft.is_changed() && !self.options.dry_run,
            dry_run: self.options.dry_run,
            criterion: Some(criterion.clone()),
            decision: "waived",
            by: by.to_string(),
            note: Some(reason.to_owned()),
            expires: waiver.and_then(|waiver| waiver.expires.as_ref()).map(|day| day.value),
            commit,
            notes,
            ..case.view(&context, WAIVE, standings, span.and_then(|span| case::line(&case.draft, span)))
        };
        case::show(global, &view)
    }
}

impl Waive {
    /// Whether the criterion is waived like this already; refuses where there is nothing to waive.
    fn stands(&self, judged: &JudgedCriterion<'_>) -> Result<bool, Error> {
        let waiver = judged.criterion.waiver.as_ref();
        let expires = waiver.and_then(|waiver| waiver.expires.as_ref()).map(|day| day.value);
        let reason = waiver.and_then(|waiver| waiver.reason.as_deref());
        let id = &judged.criterion.id;
        match judged.outcome {
            Outcome::Waived if self.expires.is_none_or(|day| expires == Some(day)) => {
                Ok(reason.is_some_and(|reason| reason.trim() == self.reason.trim()))
            }
            ref outcome if outcome.is_met() && !matches!(outcome, Outcome::Waived) => {
                let word = if *outcome == Outcome::NotApplicable { "does not apply" } else { "is met" };
                Err(Error::usage(format!("`{id}` {word}, so there is nothing to waive")))
            }
            _ if self.expires.is_none() && expires.is_some() => {
                let until = expires.map(|day| day.to_string()).unwrap_or_default();
                let error = Error::usage(format!("`{id}` has a waiver through {until}, which would be left as it is"));
                Err(error.hint("say until when it shall hold: `--expires DATE`"))
            }
            _ => Ok(false),
        }
    }

    /// Writes the waiver into the criterion, which is added where only the template has it.
    fn edit(&self, context: &Context<'_>, case: &mut Case<'_>, index: usize, person: &Person) -> Result<(), Error> {
        let criterion = case.gate.criteria[index].criterion;
        let (gate, id) = (case.gate.id.as_str(), criterion.id.as_str());
        let document = case.document(context);
        let mut waiver = vec![("by", person.id.as_str().into()), ("reason", self.reason.trim().into())];
        waiver.extend(self.expires.map(|day| ("expires", Value::from(day.to_string()))));
        let own = case.gate.written.is_some_and(|gate| gate.criteria.iter().any(|own| own.id == criterion.id));
        if own {
            let below = |rest: &[&str]| {
                ["gates", gate, "criteria", id].iter().chain(rest).map(|step| (*step).to_owned()).collect::<Vec<_>>()
            };
            case.draft.edit(&Edit::set(document.clone(), below(&["status"]), "waived"))?;
            if criterion.waiver.is_none() {
                return case.draft.edit(&Edit::set(document, below(&["waiver"]), Value::mapping(waiver)));
            }
            for (field, value) in waiver {
                case.draft.edit(&Edit::set(document.clone(), below(&["waiver", field]), value))?;
            }
            return Ok(());
        }
        let mut fields = of_template(context, gate, id).unwrap_or_else(|| vec![("id".to_owned(), id.into())]);
        fields.retain(|(key, _)| key != "status" && key != "waiver");
        fields.push(("status".to_owned(), "waived".into()));
        fields.push(("waiver".to_owned(), Value::mapping(waiver)));
        let criterion = Value::Mapping(fields);
        case.draft.edit(&if case.gate.written.is_some() {
            Edit::append(document, ["gates", gate, "criteria"], criterion)
        } else {
            let gate = Value::mapping([("id", gate.into()), ("criteria", Value::List(vec![criterion]))]);
            Edit::append(document, ["gates"], gate)
        })
    }
}

/// Who decides about a gate may waive what it asks for.
fn may_waive(context: &Context<'_>, case: &Case<'_>, person: &Person) -> Result<(), Error> {
    let held = case.gate.required.iter().find(|required| person.roles.contains(required.role));
    let asked = held.map(|required| required.role.as_str());
    approver::role(&context.loaded.portfolio, &case.gate, person, asked).map(drop)
}

/// All that the template says of a criterion: an entry of the same id in the file takes its place as a whole.
fn of_template(context: &Context<'_>, gate: &str, criterion: &str) -> Option<Vec<(String, Value)>> {
    let text = String::from_utf8(context.source.read_path(ROOT_FILE).ok()?).ok()?;
    let parsed = yaml::parse(&text, FileId(0), ROOT_FILE);
    let criteria =
        parsed.documents.iter().find_map(|settings| settings.get("gate_templates")?.get(gate)?.get("criteria"))?;
    let item = criteria.items().iter().find(|item| item.get("id").and_then(Node::text) == Some(criterion))?;
    match value(item)? {
        Value::Mapping(fields) => Some(fields),
        _ => None,
    }
}

/// A value to be written as it was read; what is blank is left out.
fn value(node: &Node<'_>) -> Option<Value> {
    Some(match &node.value {
        Read::Null => return None,
        Read::Scalar { text, .. } => Value::Text(text.to_string()),
        Read::Sequence(items) => Value::List(items.iter().filter_map(value).collect()),
        Read::Mapping(entries) => Value::Mapping(
            entries.iter().filter_map(|entry| Some((entry.key.to_string(), value(&entry.value)?))).collect(),
        ),
    })
}

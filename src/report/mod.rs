//! What each command has to say, as plain serialisable structs: the JSON output, and what the renderers print.
//!
//! Every view begins with a [`Header`]. Within a version, keys may be added, never changed or removed.

pub mod artifacts;
pub mod audit;
pub mod backlog;
pub mod cab;
pub mod calendar;
pub mod can_deploy;
pub mod changes;
pub mod check;
pub mod diff;
pub mod env;
pub mod evidence;
pub mod export;
pub mod gate;
pub mod graph;
pub mod history;
pub mod impact;
pub mod import;
pub mod init;
pub mod metrics;
pub mod new;
pub mod plan;
pub mod record;
pub mod risk;
pub mod rules;
pub mod set;
pub mod show;
pub mod site;
pub mod standing;
pub mod steering;
pub mod todo;

use chrono::NaiveDate;
use serde::Serialize;

/// The keys every JSON document begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Header {
    /// The name and version of the document's shape, such as `relm.check/1`.
    pub schema: &'static str,
    /// The day the portfolio was judged on, in the portfolio's zone.
    #[schemars(with = "String", extend("format" = "date"))]
    pub today: NaiveDate,
    /// What was read.
    pub revision: Revision,
}

/// The revision a portfolio was read from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Revision {
    /// The full commit id; null outside git and before the first commit.
    pub commit: Option<String>,
    /// Whether the work tree differed from the commit.
    pub dirty: bool,
}

/// The JSON Schema of every view, by the name of its command.
pub fn schemas() -> Vec<(&'static str, schemars::Schema)> {
    vec![
        ("artifacts.verify", schemars::schema_for!(artifacts::Verify)),
        ("audit", schemars::schema_for!(audit::Audit)),
        ("can-deploy", schemars::schema_for!(can_deploy::CanDeploy)),
        ("cab.agenda", schemars::schema_for!(cab::agenda::Agenda)),
        ("cab.digest", schemars::schema_for!(cab::digest::Digest)),
        ("calendar", schemars::schema_for!(calendar::Calendar)),
        ("check", schemars::schema_for!(check::Check)),
        ("diff", schemars::schema_for!(diff::Diff)),
        ("env.advise", schemars::schema_for!(env::advise::Advise)),
        ("env.book", schemars::schema_for!(env::book::Book)),
        ("env.conflicts", schemars::schema_for!(env::conflicts::Conflicts)),
        ("env.free", schemars::schema_for!(env::free::Free)),
        ("env.list", schemars::schema_for!(env::list::List)),
        ("env.schedule", schemars::schema_for!(env::schedule::Timeline)),
        ("env.show", schemars::schema_for!(env::show::Show)),
        ("env.state", schemars::schema_for!(env::state::State)),
        ("env.usage", schemars::schema_for!(env::usage::Usage)),
        ("evidence", schemars::schema_for!(evidence::Evidence)),
        ("explain", schemars::schema_for!(rules::Explanation)),
        ("export", schemars::schema_for!(export::Export)),
        ("gate.approve", schemars::schema_for!(gate::decision::Decision)),
        ("gate.list", schemars::schema_for!(gate::list::List)),
        ("gate.reject", schemars::schema_for!(gate::decision::Decision)),
        ("gate.show", schemars::schema_for!(gate::show::Show)),
        ("gate.verify", schemars::schema_for!(gate::verify::Verify)),
        ("gate.waive", schemars::schema_for!(gate::decision::Decision)),
        ("graph", schemars::schema_for!(graph::GraphView)),
        ("impact", schemars::schema_for!(impact::Impact)),
        ("history", schemars::schema_for!(history::History)),
        ("import", schemars::schema_for!(import::Import)),
        ("init", schemars::schema_for!(init::Init)),
        ("new", schemars::schema_for!(new::New)),
        ("plan", schemars::schema_for!(plan::Plan)),
        ("record", schemars::schema_for!(record::Record)),
        ("report.backlog", schemars::schema_for!(backlog::Backlog)),
        ("report.changes", schemars::schema_for!(changes::Changes)),
        ("report.dora", schemars::schema_for!(metrics::Metrics)),
        ("report.environments", schemars::schema_for!(metrics::Metrics)),
        ("report.gates", schemars::schema_for!(steering::gates::Gates)),
        ("report.improvement", schemars::schema_for!(steering::improvement::Improvement)),
        ("report.kpi", schemars::schema_for!(metrics::Metrics)),
        ("report.maturity", schemars::schema_for!(steering::maturity::Maturity)),
        ("report.pipelines", schemars::schema_for!(steering::pipelines::Pipelines)),
        ("report.portfolio", schemars::schema_for!(standing::portfolio::Portfolio)),
        ("report.release", schemars::schema_for!(standing::release::Release)),
        ("report.risk", schemars::schema_for!(risk::Risk)),
        ("report.status", schemars::schema_for!(standing::status::Status)),
        ("rules", schemars::schema_for!(rules::Rules)),
        ("set", schemars::schema_for!(set::Set)),
        ("show", schemars::schema_for!(show::Show)),
        ("site", schemars::schema_for!(site::Done)),
        ("todo", schemars::schema_for!(todo::Todo)),
    ]
}

//! SARIF 2.1.0, what analysers write.
//!
//! A result counts when its `kind` is `fail` (the default), nobody suppressed it, and it is still there: `baselineState`
//! `absent` marks what is gone. Its level is its own, else that of its rule, else `warning`. A run without `results`, or whose
//! tool says that it did not succeed, shows nothing.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::xml::shortened;
use super::{Parsed, instant};
use crate::model::facts::{Content, Fault, Results};
use crate::model::release::ResultLevel;

/// Results that are named, of each level.
const NAMED: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    version: Option<String>,
    runs: Option<Vec<Run>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Option<Tool>,
    results: Option<Vec<Found>>,
    invocations: Option<Vec<Invocation>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Tool {
    driver: Option<Component>,
    extensions: Option<Vec<Component>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Component {
    name: Option<String>,
    rules: Option<Vec<Descriptor>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: Option<String>,
    default_configuration: Option<Configuration>,
}

#[derive(Deserialize)]
struct Configuration {
    level: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: Option<bool>,
    start_time_utc: Option<String>,
    end_time_utc: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    rule_id: Option<String>,
    rule_index: Option<i64>,
    rule: Option<RuleReference>,
    kind: Option<String>,
    level: Option<String>,
    baseline_state: Option<String>,
    suppressions: Option<Vec<Suppression>>,
    locations: Option<Vec<Location>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuleReference {
    id: Option<String>,
    index: Option<i64>,
    tool_component: Option<ComponentReference>,
}

#[derive(Deserialize)]
struct ComponentReference {
    index: Option<i64>,
}

#[derive(Deserialize)]
struct Suppression {
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Option<PhysicalLocation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Option<ArtifactLocation>,
    region: Option<Region>,
}

#[derive(Deserialize)]
struct ArtifactLocation {
    uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: Option<u64>,
}

/// Reads a report.
pub(super) fn read(text: &str) -> Result<Parsed, Fault> {
    let log: Log = serde_json::from_str(text).map_err(|error| super::value::not_json(&error))?;
    match log.version.as_deref() {
        Some("2.1.0") => {}
        Some(other) => return Err(Fault::new(format!("it is SARIF `{}`; 2.1.0 is read", shortened(other)))),
        None => return Err(Fault::new("it is no SARIF report: it has no `version`")),
    }
    let runs = log.runs.unwrap_or_default();
    if runs.is_empty() {
        return Err(Fault::new("it holds no run"));
    }
    let mut results = Results::default();
    let mut made_at = None;
    for run in &runs {
        let nothing = Tool::default();
        let tool = run.tool.as_ref().unwrap_or(&nothing);
        let name = tool.driver.as_ref().and_then(|driver| driver.name.as_deref()).unwrap_or("the tool");
        let invocations = run.invocations.as_deref().unwrap_or_default();
        if invocations.iter().any(|invocation| invocation.execution_successful == Some(false)) {
            return Err(Fault::new(format!("`{}` says that it did not succeed", shortened(name))));
        }
        let Some(found) = &run.results else {
            return Err(Fault::new(format!("the run of `{}` has no `results`: it did not finish", shortened(name))));
        };
        made_at = made_at.max(invocations.iter().filter_map(end).max());
        for found in found.iter().filter(|found| found.counts()) {
            let Some(level) = level(found, tool)? else { continue };
            add(&mut results, level, found);
        }
    }
    results.first.sort_by(|(a, _), (b, _)| b.cmp(a));
    Ok(Parsed { made_at, content: Content::Results(results) })
}

fn end(invocation: &Invocation) -> Option<DateTime<Utc>> {
    let end = invocation.end_time_utc.as_deref().and_then(instant);
    end.or_else(|| invocation.start_time_utc.as_deref().and_then(instant))
}

fn add(results: &mut Results, level: ResultLevel, found: &Found) {
    let count = match level {
        ResultLevel::Error => &mut results.errors,
        ResultLevel::Warning => &mut results.warnings,
        ResultLevel::Note => &mut results.notes,
    };
    *count = count.saturating_add(1);
    if *count as usize <= NAMED {
        results.first.push((level, found.described()));
    }
}

/// The level of a result that counts; none for those that bear none.
fn level(found: &Found, tool: &Tool) -> Result<Option<ResultLevel>, Fault> {
    let of_rule = || found.rule(tool)?.default_configuration.as_ref()?.level.as_deref();
    let word = found.level.as_deref().or_else(of_rule).unwrap_or("warning");
    match ResultLevel::from_word(word) {
        None if word != "none" => Err(Fault::new(format!("`{}` is no level of SARIF", shortened(word)))),
        level => Ok(level),
    }
}

impl Found {
    fn counts(&self) -> bool {
        let is_accepted = |suppression: &Suppression| matches!(suppression.status.as_deref(), None | Some("accepted"));
        // One that is under review, or was rejected, suppresses nothing.
        let is_suppressed =
            self.suppressions.as_ref().is_some_and(|all| !all.is_empty() && all.iter().all(is_accepted));
        let fails = self.kind.as_deref().is_none_or(|kind| kind == "fail");
        fails && !is_suppressed && self.baseline_state.as_deref() != Some("absent")
    }

    fn rule_name(&self) -> Option<&str> {
        self.rule_id.as_deref().or_else(|| self.rule.as_ref()?.id.as_deref())
    }

    /// Its rule: by position in the component that is named, else by id; the id may name a part of the rule, after a `/`.
    fn rule<'t>(&self, tool: &'t Tool) -> Option<&'t Descriptor> {
        let at = |index: Option<i64>| usize::try_from(index?).ok();
        let rules = |component: &'t Component| component.rules.as_deref().unwrap_or_default();
        let extensions = tool.extensions.as_deref().unwrap_or_default();
        let named = self.rule.as_ref();
        let extension = named.and_then(|rule| at(rule.tool_component.as_ref()?.index));
        let component = match extension {
            Some(extension) => extensions.get(extension),
            None => tool.driver.as_ref(),
        };
        let index = at(self.rule_index).or_else(|| at(named?.index));
        if let Some(rule) = index.and_then(|index| rules(component?).get(index)) {
            return Some(rule);
        }
        let id = self.rule_name()?;
        let all = || tool.driver.iter().chain(extensions).flat_map(rules);
        let is = |rule: &&Descriptor, id: &str| rule.id.as_deref() == Some(id);
        all().find(|rule| is(rule, id)).or_else(|| {
            let (whole, _) = id.rsplit_once('/')?;
            all().find(|rule| is(rule, whole))
        })
    }

    /// Rule and place.
    fn described(&self) -> String {
        let place = self.locations.iter().flatten().find_map(|location| location.physical_location.as_ref());
        let uri = place.and_then(|place| place.artifact_location.as_ref()?.uri.as_deref());
        let line = place.and_then(|place| place.region.as_ref()?.start_line);
        let rule = shortened(self.rule_name().unwrap_or("a result without a rule"));
        match (uri, line) {
            (Some(uri), Some(line)) => format!("{rule} in {}:{line}", shortened(uri)),
            (Some(uri), None) => format!("{rule} in {}", shortened(uri)),
            _ => rule,
        }
    }
}

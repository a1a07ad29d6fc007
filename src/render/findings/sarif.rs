//! SARIF 2.1.0, for code scanning.

use serde_json::{Map, Value, json};

use crate::diagnostic::{Level, Severity};
use crate::render::text::percent_encode_path;
use crate::report::check::{Check, FindingView, FixView, Place, RelatedView, RuleInfo};

/// One run of relm with its rules and results. A rule with findings that `rules` does not describe is listed by its name.
pub fn render(check: &Check, rules: &[RuleInfo<'_>]) -> String {
    let mut names: Vec<&str> = rules.iter().map(|rule| rule.name).collect();
    let mut descriptors: Vec<Value> = rules.iter().map(descriptor).collect();
    for finding in &check.findings {
        if !names.contains(&finding.rule.as_str()) {
            names.push(&finding.rule);
            descriptors.push(json!({ "id": finding.rule }));
        }
    }
    let results: Vec<_> = check.findings.iter().map(|finding| result(check, finding, &names)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "relm",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": descriptors,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn descriptor(rule: &RuleInfo<'_>) -> Value {
    let configuration = match rule.default {
        Level::Off => json!({ "enabled": false }),
        Level::At(severity) => json!({ "level": level(severity) }),
    };
    let mut descriptor = json!({
        "id": rule.name,
        "shortDescription": message(rule.summary),
        "defaultConfiguration": configuration,
    });
    if !rule.docs.is_empty() {
        descriptor["help"] = json!({ "text": rule.docs, "markdown": rule.docs });
    }
    descriptor
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// Plain text must not read as a link: `[text](target)`.
fn message(text: &str) -> Value {
    json!({ "text": text.replace("](", "] (") })
}

fn result(check: &Check, finding: &FindingView, rules: &[&str]) -> Value {
    let text = match &finding.help {
        Some(help) => format!("{}\n{help}", finding.message),
        None => finding.message.clone(),
    };
    let mut result = Map::new();
    result.insert("ruleId".into(), json!(finding.rule));
    if let Some(index) = rules.iter().position(|name| *name == finding.rule) {
        result.insert("ruleIndex".into(), json!(index));
    }
    result.insert("level".into(), json!(level(finding.severity)));
    result.insert("message".into(), message(&text));
    result.insert("locations".into(), json!([{ "physicalLocation": physical(check, &finding.place) }]));
    if !finding.related.is_empty() {
        let related: Vec<_> = finding.distinct_related().map(|related| related_location(check, related)).collect();
        result.insert("relatedLocations".into(), json!(related));
    }
    result.insert("partialFingerprints".into(), json!({ "relm/1": finding.fingerprint }));
    if let Some(fix) = &finding.fix
        && fix.place.located
    {
        result.insert("fixes".into(), json!([fix_value(check, fix)]));
    }
    Value::Object(result)
}

fn related_location(check: &Check, related: &RelatedView) -> Value {
    json!({ "physicalLocation": physical(check, &related.place), "message": message(&related.message) })
}

fn physical(check: &Check, place: &Place) -> Value {
    let mut location = json!({ "artifactLocation": artifact(check, place) });
    if place.located {
        location["region"] = region(place);
    }
    location
}

fn artifact(check: &Check, place: &Place) -> Value {
    json!({ "uri": percent_encode_path(&check.repository_path(&place.file)), "uriBaseId": "%SRCROOT%" })
}

fn region(place: &Place) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
}

fn fix_value(check: &Check, fix: &FixView) -> Value {
    json!({
        "artifactChanges": [{
            "artifactLocation": artifact(check, &fix.place),
            "replacements": [{
                "deletedRegion": region(&fix.place),
                "insertedContent": { "text": fix.replacement },
            }],
        }],
    })
}

//! What changes of manifests mean to an auditor: who approved, refused, waived, overrode, and changed what decides or when.
//!
//! Everything is read from the values of documents as they were written, for old revisions need not be understood as a whole.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::choice;
use crate::model::facts::{CommentChange, Difference, DocumentChange, Revision};

choice! {
    /// What somebody did.
    pub enum Action {
        /// Approved a gate or a change.
        Approved = "approved",
        /// Refused one.
        Rejected = "rejected",
        /// Took a decision away.
        Withdrawn = "withdrawn",
        /// Waived a criterion.
        Waived = "waived",
        /// Made an exception from a freeze, or took one away.
        Excepted = "excepted",
        /// Allowed a finding by a comment, or took that away.
        Allowed = "allowed",
        /// Changed what a gate asks for, or whether it is met.
        Criteria = "criteria",
        /// Moved a date.
        Moved = "moved",
        /// Changed how approvals are judged, which gates are demanded, or a freeze.
        Policy = "policy",
        /// Gave or took a role, an address or a signing key.
        People = "people",
    }
}

/// One thing that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// The kind of object: `release`, `change`, `portfolio` or `file`.
    pub kind: String,
    /// Its id; the path of a file; empty for the portfolio.
    pub id: String,
    /// The place in it, such as `gates/go-live/criteria/sev1`.
    pub path: String,
    /// What was done.
    pub action: Action,
    /// The person that the entry names.
    pub by: Option<String>,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
    /// The file.
    pub file: String,
}

/// What a revision did. A merge did only what none of its parents had.
pub fn events(revision: &Revision) -> Vec<Event> {
    let mut all = revision.against.iter().map(of_difference);
    let Some(mut events) = all.next() else { return Vec::new() };
    for others in all {
        events.retain(|event| others.contains(event));
    }
    events.sort();
    events
}

fn of_difference(difference: &Difference) -> Vec<Event> {
    let mut events: Vec<Event> = difference.documents.iter().flat_map(of_document).collect();
    events.extend(difference.comments.iter().map(of_comment));
    events
}

fn of_comment(comment: &CommentChange) -> Event {
    let text = format!("{}: {}", comment.rule, if comment.reason.is_empty() { "no reason" } else { &comment.reason });
    let (before, after) = if comment.added { (None, Some(text)) } else { (Some(text), None) };
    Event {
        kind: "file".to_owned(),
        id: comment.file.clone(),
        path: "allow".to_owned(),
        action: Action::Allowed,
        by: None,
        before,
        after,
        file: comment.file.clone(),
    }
}

fn of_document(change: &DocumentChange) -> Vec<Event> {
    let nothing = Value::Null;
    let (before, after) = (change.before.as_ref().unwrap_or(&nothing), change.after.as_ref().unwrap_or(&nothing));
    let mut found = Found { change, events: Vec::new() };
    match change.kind.as_str() {
        "release" => found.release(before, after),
        "change" => {
            found.approvals("approvals", &before["approvals"], &after["approvals"]);
            found.dates("window", &before["window"], &after["window"], &["start", "end"]);
        }
        "portfolio" => found.portfolio(before, after),
        _ => {}
    }
    found.events
}

/// What was found of one document.
struct Found<'c> {
    change: &'c DocumentChange,
    events: Vec<Event>,
}

impl Found<'_> {
    fn push(
        &mut self,
        action: Action,
        path: String,
        by: Option<String>,
        before: Option<String>,
        after: Option<String>,
    ) {
        let DocumentChange { kind, id, file, .. } = self.change;
        let (kind, id, file) = (kind.clone(), id.clone(), file.clone());
        self.events.push(Event { kind, id, path, action, by, before, after, file });
    }

    /// A value that is not the same: what it was and is; of two mappings the fields that are not the same.
    fn differs(&mut self, action: Action, path: &str, before: &Value, after: &Value) {
        if before == after {
            return;
        }
        let (before, after) = match (before, after) {
            (Value::Object(was), Value::Object(is)) => {
                let without = |all: &Map<String, Value>, other: &Map<String, Value>| {
                    let differs = all.iter().filter(|(name, value)| other.get(*name) != Some(value));
                    let fields: Map<_, _> = differs.map(|(name, value)| (name.clone(), value.clone())).collect();
                    (!fields.is_empty()).then(|| spelled(&Value::Object(fields)))
                };
                (without(was, is), without(is, was))
            }
            _ => (words(before), words(after)),
        };
        self.push(action, path.to_owned(), None, before, after);
    }

    fn release(&mut self, before: &Value, after: &Value) {
        self.dates("", before, after, &["announced", "target"]);
        for (id, (before, after)) in pairs(&before["gates"], &after["gates"], "id") {
            self.gate(&format!("gates/{id}"), before, after);
        }
        for (list, fields) in [("phases", &["start", "end", "duration"][..]), ("milestones", &["date"])] {
            for (id, (before, after)) in pairs(&before[list], &after[list], "id") {
                self.dates(&format!("{list}/{id}"), before, after, fields);
            }
        }
        let (before, after) = (&before["deployment"], &after["deployment"]);
        self.dates("deployment/window", &before["window"], &after["window"], &["start", "end"]);
        for (id, (before, after)) in pairs(&before["waves"], &after["waves"], "id") {
            self.dates(&format!("deployment/waves/{id}"), before, after, &["at"]);
        }
    }

    /// Dates that are there before and after, and are not the same.
    fn dates(&mut self, path: &str, before: &Value, after: &Value, fields: &[&str]) {
        for field in fields {
            let (before, after) = (&before[field], &after[field]);
            if !before.is_null() && !after.is_null() {
                let path = if path.is_empty() { (*field).to_owned() } else { format!("{path}/{field}") };
                self.differs(Action::Moved, &path, before, after);
            }
        }
    }

    /// A gate of a release, or a template.
    fn gate(&mut self, path: &str, before: &Value, after: &Value) {
        self.approvals(&format!("{path}/approvals"), &before["approvals"], &after["approvals"]);
        self.dates(path, before, after, &["due"]);
        let is_new_document = self.change.before.is_none();
        for (id, (before, after)) in pairs(&before["criteria"], &after["criteria"], "id") {
            let path = format!("{path}/criteria/{id}");
            if is_waived(after) && waiver(before) != waiver(after) {
                let by = after["waiver"]["by"].as_str().map(str::to_owned);
                self.push(Action::Waived, path, by, words(before), words(after));
            } else if !is_new_document {
                self.differs(Action::Criteria, &path, before, after);
            }
        }
        if !is_new_document {
            for (role, (before, after)) in pairs(&before["requires"], &after["requires"], "role") {
                self.differs(Action::Criteria, &format!("{path}/requires/{role}"), before, after);
            }
            self.differs(Action::Criteria, &format!("{path}/before"), &before["before"], &after["before"]);
        }
    }

    /// Decisions that came and went. One that takes the place of another of the same person in the same role tells of both.
    fn approvals(&mut self, path: &str, before: &Value, after: &Value) {
        let mut gone: Vec<&Value> = items(before).iter().collect();
        let mut came: Vec<&Value> = Vec::new();
        for entry in items(after) {
            match gone.iter().position(|other| *other == entry) {
                Some(at) => drop(gone.remove(at)),
                None => came.push(entry),
            }
        }
        let text = |entry: &Value, key: &str| entry[key].as_str().map(str::to_owned);
        for entry in came {
            let same = |other: &&Value| other["by"] == entry["by"] && other["role"] == entry["role"];
            let old = gone.iter().position(same).map(|at| gone.remove(at));
            let rejected = entry["decision"].as_str() == Some("rejected");
            let action = if rejected { Action::Rejected } else { Action::Approved };
            self.push(action, path.to_owned(), text(entry, "by"), old.and_then(words), words(entry));
        }
        for entry in gone {
            self.push(Action::Withdrawn, path.to_owned(), text(entry, "by"), words(entry), None);
        }
    }

    fn portfolio(&mut self, before: &Value, after: &Value) {
        let was_there = self.change.before.is_some();
        for (id, (before, after)) in pairs(&before["freezes"], &after["freezes"], "id") {
            let path = format!("freezes/{id}");
            self.exceptions(&format!("{path}/except"), &before["except"], &after["except"]);
            if was_there {
                let without = |freeze: &Value| {
                    let mut freeze = freeze.clone();
                    freeze.as_object_mut().map(|fields| fields.remove("except"));
                    freeze
                };
                self.differs(Action::Policy, &path, &without(before), &without(after));
            }
        }
        if !was_there {
            return;
        }
        for (id, (before, after)) in fields(&before["gate_templates"], &after["gate_templates"]) {
            self.gate(&format!("gate_templates/{id}"), before, after);
        }
        for (name, (before, after)) in fields(&before["approvals"], &after["approvals"]) {
            self.differs(Action::Policy, &format!("approvals/{name}"), before, after);
        }
        for list in ["release_types", "risk_levels"] {
            for (id, (before, after)) in fields(&before[list], &after[list]) {
                for demand in ["gates", "requires", "stages", "review_within", "notice"] {
                    self.differs(Action::Policy, &format!("{list}/{id}/{demand}"), &before[demand], &after[demand]);
                }
            }
        }
        self.differs(Action::Policy, "risk_matrix", &before["risk_matrix"], &after["risk_matrix"]);
        for (id, (before, after)) in pairs(&before["people"], &after["people"], "id") {
            for field in ["roles", "emails", "signing_keys"] {
                self.differs(Action::People, &format!("people/{id}/{field}"), &before[field], &after[field]);
            }
        }
    }

    fn exceptions(&mut self, path: &str, before: &Value, after: &Value) {
        let by = |entry: &Value| entry["approved_by"].as_str().map(str::to_owned);
        for entry in items(after).iter().filter(|entry| !items(before).contains(entry)) {
            self.push(Action::Excepted, path.to_owned(), by(entry), None, words(entry));
        }
        for entry in items(before).iter().filter(|entry| !items(after).contains(entry)) {
            self.push(Action::Excepted, path.to_owned(), by(entry), words(entry), None);
        }
    }
}

fn is_waived(criterion: &Value) -> bool {
    criterion["status"].as_str() == Some("waived")
}

/// What waives a criterion, where something does.
fn waiver(criterion: &Value) -> Option<&Value> {
    is_waived(criterion).then(|| &criterion["waiver"])
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

/// The items of two lists by one of their keys; an item that is a plain text is known by that. What stands on one side only
/// is null on the other.
fn pairs<'v>(before: &'v Value, after: &'v Value, key: &str) -> BTreeMap<&'v str, (&'v Value, &'v Value)> {
    let id = |item: &'v Value| item.as_str().or_else(|| item.get(key)?.as_str());
    let named = |list: &'v Value| items(list).iter().filter_map(move |item| Some((id(item)?, item)));
    join(named(before), named(after))
}

/// The fields of two mappings.
fn fields<'v>(before: &'v Value, after: &'v Value) -> BTreeMap<&'v str, (&'v Value, &'v Value)> {
    let named = |value: &'v Value| value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    join(named(before), named(after))
}

fn join<'v>(
    before: impl Iterator<Item = (&'v str, &'v Value)>,
    after: impl Iterator<Item = (&'v str, &'v Value)>,
) -> BTreeMap<&'v str, (&'v Value, &'v Value)> {
    let mut joined: BTreeMap<&str, (&Value, &Value)> = BTreeMap::new();
    before.for_each(|(name, value)| joined.entry(name).or_insert((&Value::Null, &Value::Null)).0 = value);
    after.for_each(|(name, value)| joined.entry(name).or_insert((&Value::Null, &Value::Null)).1 = value);
    joined
}

/// A value in one line; nothing for what is not there.
fn words(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| spelled(value))
}

fn spelled(value: &Value) -> String {
    let list = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", list(items.iter().map(spelled).collect())),
        Value::Object(fields) => list(
            fields
                .iter()
                .map(|(name, value)| match value {
                    Value::Object(_) => format!("{name}: {{{}}}", spelled(value)),
                    _ => format!("{name}: {}", spelled(value)),
                })
                .collect(),
        ),
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(kind: &str, before: Value, after: Value) -> Vec<String> {
        let there = |value: Value| Some(value).filter(|value| !value.is_null());
        let (before, after) = (there(before), there(after));
        let document = DocumentChange { kind: kind.into(), id: "x".into(), file: "x.yaml".into(), before, after };
        let against = vec![Difference { documents: vec![document], comments: Vec::new() }];
        let text = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let events = events(&Revision { commit: None, against }).into_iter();
        events
            .map(|event| {
                let by = event.by.map_or_else(String::new, |by| format!(" by {by}"));
                format!("{}{by} {}: {} -> {}", event.action, event.path, text(event.before), text(event.after))
            })
            .collect()
    }

    fn gate(mut fields: Value) -> Value {
        fields["id"] = json!("go");
        json!({"gates": [fields]})
    }

    #[test]
    fn decisions_that_come_go_and_take_each_others_place() {
        let ann = json!({"role": "boss", "by": "ann"});
        let no = json!({"role": "boss", "by": "ann", "decision": "rejected"});
        let approvals = |entries: &[&Value]| gate(json!({"approvals": entries}));
        assert_eq!(
            said("release", approvals(&[]), approvals(&[&ann])),
            ["approved by ann gates/go/approvals: - -> role: boss, by: ann"]
        );
        assert_eq!(
            said("release", approvals(&[&ann]), approvals(&[])),
            ["withdrawn by ann gates/go/approvals: role: boss, by: ann -> -"]
        );
        assert_eq!(
            said("release", approvals(&[&no]), approvals(&[&ann])),
            ["approved by ann gates/go/approvals: role: boss, by: ann, decision: rejected -> role: boss, by: ann"]
        );
        assert_eq!(
            said("release", Value::Null, approvals(&[&no])),
            ["rejected by ann gates/go/approvals: - -> role: boss, by: ann, decision: rejected"]
        );
        assert_eq!(said("change", json!({"approvals": []}), json!({"approvals": [ann, no]})).len(), 2, "both are kept");
    }

    #[test]
    fn waivers_and_criteria() {
        let criterion = |fields: Value| gate(json!({"criteria": [fields]}));
        let open = criterion(json!({"id": "a"}));
        let waived = criterion(json!({"id": "a", "status": "waived", "waiver": {"by": "ann", "reason": "Lake"}}));
        assert_eq!(
            said("release", open.clone(), waived.clone()),
            ["waived by ann gates/go/criteria/a: id: a -> id: a, status: waived, waiver: {by: ann, reason: Lake}"]
        );
        assert_eq!(said("release", Value::Null, waived.clone()).len(), 1, "from the beginning");
        assert_eq!(said("release", Value::Null, open.clone()), [""; 0], "new criteria of new releases are no change");
        assert_eq!(
            said("release", open, gate(json!({"requires": [{"role": "boss"}]}))),
            ["criteria gates/go/criteria/a: id: a -> -", "criteria gates/go/requires/boss: - -> role: boss"]
        );
        let before = criterion(json!({"id": "a", "status": "unmet", "name": "A"}));
        let after = criterion(json!({"id": "a", "status": "met", "name": "A"}));
        assert_eq!(said("release", before, after), ["criteria gates/go/criteria/a: status: unmet -> status: met"]);
    }

    #[test]
    fn dates_move_when_they_were_there_and_are() {
        let before = json!({"target": "2026-04-10", "phases": [{"id": "p", "start": "2026-04-01"}]});
        let after =
            json!({"target": "2026-04-17", "announced": "2026-01-01", "phases": [{"id": "p", "start": "2026-04-02"}]});
        assert_eq!(
            said("release", before, after),
            ["moved phases/p/start: 2026-04-01 -> 2026-04-02", "moved target: 2026-04-10 -> 2026-04-17"]
        );
    }

    #[test]
    fn settings_that_decide() {
        let before = json!({"people": [{"id": "ann", "roles": []}], "approvals": {"provenance": "signed"},
            "freezes": [{"id": "f", "from": "2026-12-18"}], "name": "A"});
        let after = json!({"people": [{"id": "ann", "roles": ["boss"]}], "approvals": {"provenance": "none"}, "name": "B",
            "freezes": [{"id": "f", "from": "2026-12-18", "except": [{"release": "x", "approved_by": "bob"}]}]});
        assert_eq!(
            said("portfolio", before, after.clone()),
            [
                "policy approvals/provenance: signed -> none",
                "excepted by bob freezes/f/except: - -> release: x, approved_by: bob",
                "people people/ann/roles: [] -> [boss]",
            ]
        );
        assert_eq!(said("portfolio", Value::Null, after).len(), 1, "exceptions count from the beginning");
    }

    #[test]
    fn a_merge_did_what_no_parent_had() {
        let document = |before: &str, after: &str| {
            let release = |target: &str| Some(json!({"target": target}));
            let (before, after) = (release(before), release(after));
            let document =
                DocumentChange { kind: "release".into(), id: "x".into(), file: "x.yaml".into(), before, after };
            Difference { documents: vec![document], comments: Vec::new() }
        };
        let merge = |one, other| events(&Revision { commit: None, against: vec![one, other] }).len();
        assert_eq!(merge(document("1", "2"), Difference::default()), 0, "one parent had it");
        assert_eq!(merge(document("1", "2"), document("1", "2")), 1);
    }
}

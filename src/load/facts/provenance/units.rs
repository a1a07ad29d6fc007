//! What of a manifest is traced through the history: approvals, items of scope, and the parts of a release that make
//! approvals stale when they change. Each is known by its whole value and by what it belongs to, never by its place.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::canonical::canonical;
use crate::diagnostic::{FileId, Span};
use crate::load::versions::may_hold;
use crate::load::yaml;
use crate::model::Kind;
use crate::model::node::{Node, Value};
use crate::model::portfolio::StaleCause;

/// What one file holds of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Units {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) releases: Vec<Release>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) changes: Vec<Change>,
}

/// A release. All values are canonical.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Release {
    pub(super) id: String,
    /// By [`place`]: the scope, the deployment plan, the target; `null` where there is none.
    pub(super) parts: [String; 3],
    pub(super) items: Vec<Placed>,
    pub(super) gates: Vec<Gate>,
    #[serde(skip)]
    pub(super) span: Span,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Gate {
    pub(super) id: String,
    /// Empty where there are none.
    pub(super) criteria: String,
    pub(super) approvals: Vec<Placed>,
}

/// A request for change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) id: String,
    pub(super) approvals: Vec<Placed>,
    #[serde(skip)]
    pub(super) span: Span,
}

/// A value and, in a file of the portfolio, its place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Placed {
    pub(super) value: String,
    #[serde(skip)]
    pub(super) span: Span,
}

/// Something that is traced: two with the same words are the same, wherever they stand.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Unit {
    /// An entry below a gate.
    Approval {
        release: String,
        gate: String,
        value: String,
    },
    /// An entry below a request for change.
    ChangeApproval {
        change: String,
        value: String,
    },
    Item {
        release: String,
        value: String,
    },
    Part {
        release: String,
        part: usize,
        value: String,
    },
}

/// Where a part stands in [`Release::parts`].
pub(super) fn place(cause: StaleCause) -> usize {
    match cause {
        StaleCause::Scope => 0,
        StaleCause::Deployment => 1,
        StaleCause::Target => 2,
    }
}

/// What the bytes of a file hold; nothing where they are no text. Documents beside one that cannot be parsed are read, as
/// they are when the portfolio is loaded.
pub(super) fn read(bytes: &[u8], file: FileId) -> Units {
    let mut units = Units::default();
    let Ok(text) = std::str::from_utf8(bytes) else { return units };
    if !may_hold(text, &[Kind::Release, Kind::Change]) || bytes.contains(&0) {
        return units;
    }
    for document in &yaml::parse(text, file, "").documents {
        let Some(id) = document.get("id").and_then(Node::text) else { continue };
        match document.get("kind").and_then(Node::text).and_then(Kind::from_word) {
            Some(Kind::Release) => units.releases.push(release(id, document)),
            Some(Kind::Change) => units.changes.push(Change {
                id: id.to_owned(),
                approvals: each(document, "approvals").map(placed).collect(),
                span: document.span,
            }),
            _ => {}
        }
    }
    units
}

fn release(id: &str, document: &Node<'_>) -> Release {
    let part = |key: &str| value(document.get(key));
    Release {
        id: id.to_owned(),
        parts: [part("scope"), part("deployment"), part("target")],
        items: each(document, "scope").map(placed).collect(),
        gates: each(document, "gates").filter_map(gate).collect(),
        span: document.span,
    }
}

fn gate(node: &Node<'_>) -> Option<Gate> {
    let criteria =
        node.get("criteria").filter(|criteria| matches!(&criteria.value, Value::Sequence(items) if !items.is_empty()));
    Some(Gate {
        id: node.get("id")?.text()?.to_owned(),
        criteria: criteria.map(|criteria| canonical(criteria).to_string()).unwrap_or_default(),
        approvals: each(node, "approvals").map(placed).collect(),
    })
}

/// The items of a list below a key.
fn each<'n, 'a>(node: &'n Node<'a>, key: &str) -> impl Iterator<Item = &'n Node<'a>> {
    let items: &[Node<'a>] = match node.get(key).map(|list| &list.value) {
        Some(Value::Sequence(items)) => items,
        _ => &[],
    };
    items.iter()
}

fn placed(node: &Node<'_>) -> Placed {
    Placed { value: canonical(node).to_string(), span: node.span }
}

/// A part's canonical form; an empty list is none.
fn value(node: Option<&Node<'_>>) -> String {
    let value = node.map(canonical).filter(|value| *value != Json::Array(Vec::new()));
    value.unwrap_or(Json::Null).to_string()
}

/// A list of approvals and what it belongs to: a gate of a release, or a request for change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ballot<'u> {
    /// The release or the change.
    pub(super) subject: &'u str,
    pub(super) gate: Option<&'u Gate>,
    /// The release that the gate belongs to.
    pub(super) release: Option<&'u Release>,
    pub(super) approvals: &'u [Placed],
}

impl Units {
    /// Everything that can be traced, once each.
    pub(super) fn all(&self) -> Vec<Unit> {
        let mut units = Vec::new();
        for release in &self.releases {
            units.extend(release.items.iter().map(|item| release.item(item)));
            units.extend((0..release.parts.len()).map(|part| release.part(part)));
        }
        for ballot in self.ballots() {
            units.extend(ballot.approvals.iter().map(|approval| ballot.unit(&approval.value)));
        }
        units.sort_unstable();
        units.dedup();
        units
    }

    /// Every list of approvals.
    pub(super) fn ballots(&self) -> impl Iterator<Item = Ballot<'_>> {
        let gates = self.releases.iter().flat_map(|release| {
            release.gates.iter().map(|gate| Ballot {
                subject: &release.id,
                gate: Some(gate),
                release: Some(release),
                approvals: &gate.approvals,
            })
        });
        let changes = self.changes.iter().map(|change| Ballot {
            subject: &change.id,
            gate: None,
            release: None,
            approvals: &change.approvals,
        });
        gates.chain(changes)
    }
}

impl Ballot<'_> {
    /// An entry of this list.
    pub(super) fn unit(&self, value: &str) -> Unit {
        let (subject, value) = (self.subject.to_owned(), value.to_owned());
        match self.gate {
            Some(gate) => Unit::Approval { release: subject, gate: gate.id.clone(), value },
            None => Unit::ChangeApproval { change: subject, value },
        }
    }

    /// Whether both are lists of the same gate or change.
    pub(super) fn is_same_as(&self, other: &Ballot<'_>) -> bool {
        self.subject == other.subject && self.gate.map(|gate| &gate.id) == other.gate.map(|gate| &gate.id)
    }

    /// The gate's criteria; empty where there are none.
    pub(super) fn criteria(&self) -> &str {
        self.gate.map_or("", |gate| &gate.criteria)
    }
}

impl Release {
    pub(super) fn item(&self, item: &Placed) -> Unit {
        Unit::Item { release: self.id.clone(), value: item.value.clone() }
    }

    pub(super) fn part(&self, part: usize) -> Unit {
        Unit::Part { release: self.id.clone(), part, value: self.parts[part].clone() }
    }
}

/// The role and the person of an approval.
pub(super) fn role_and_person(value: &str) -> Option<(String, String)> {
    let entry: Json = serde_json::from_str(value).ok()?;
    Some((entry["role"].as_str()?.to_owned(), entry["by"].as_str()?.to_owned()))
}

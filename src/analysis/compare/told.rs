//! Two trees of what manifests say, walked together.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Both, Change, ChangeKind};
use crate::diagnostic::{Span, Subject};
use crate::model::Damage;
use crate::model::told::{Record, Told, Value, Word};

/// What a field says where it is not written: type of record, field, value.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("Action", "status", "open"),
    ("Approval", "decision", "approved"),
    ("ApprovalPolicy", "provenance", "none"),
    ("ApprovalPolicy", "separation_of_duties", "false"),
    ("Booking", "exclusive", "false"),
    ("Booking", "units", "1"),
    ("Booking", "use", "code"),
    ("Change", "status", "draft"),
    ("Change", "type", "normal"),
    ("Criterion", "status", "unmet"),
    ("Deployment", "reason", "planned"),
    ("Environment", "capacity", "1"),
    ("Environment", "provisioning", "persistent"),
    ("HandoverItem", "done", "false"),
    ("Release", "calendar", "default"),
    ("Release", "priority", "50"),
    ("Release", "status", "draft"),
    ("RequiredApproval", "count", "1"),
    ("RiskItem", "status", "open"),
    ("Run", "rehearsal", "false"),
    ("Settings", "format", "1"),
    ("Settings", "timezone", "UTC"),
    ("Step", "critical", "false"),
    ("Step", "go_no_go", "false"),
    ("Team", "calendar", "default"),
    ("Training", "status", "planned"),
];

/// What the items of a list are known by; the first that all items have, each another.
const KEYS: &[&[&str]] =
    &[&["id"], &["project"], &["uri"], &["role"], &["role", "by"], &["item"], &["date"], &["ics"], &["name"]];

/// Lists of words whose order says something.
const ORDERED: &[&str] = &["stages"];

/// What both trees hold at one place, and which place that is.
pub struct Walk<'c> {
    /// What could not be read at each side.
    pub damaged: Both<&'c Damage>,
    /// What was found.
    pub changes: Vec<Change>,
    /// Whether something is left out because it could not be read at one side.
    pub is_doubtful: bool,
}

impl Walk<'_> {
    /// Compares the records of a subject.
    pub fn records(&mut self, subject: &Subject, before: &Record<'_>, after: &Record<'_>) {
        self.fields(subject, "", before, after);
    }

    fn fields(&mut self, subject: &Subject, prefix: &str, before: &Record<'_>, after: &Record<'_>) {
        let mut names: Vec<&str> = before.fields.iter().map(|(name, _)| &**name).collect();
        names.extend(after.fields.iter().map(|(name, _)| &**name).filter(|name| before.field(name).is_none()));
        for name in names {
            let fallback = default(before.name, name);
            let fallback = fallback.as_ref();
            let (old, new) = (before.field(name), after.field(name));
            let whole = Both::new(before.span, after.span);
            if !self.hides(old.is_none(), new.is_none(), whole) {
                let (old, new) = (old.or(fallback), new.or(fallback));
                let field = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
                self.values(subject, &field, old, new, whole);
            }
        }
    }

    /// Whether something that is missing may only not have been read.
    fn hides(&mut self, not_before: bool, not_after: bool, whole: Both<Option<Span>>) -> bool {
        let touched =
            |missing: bool, at: Option<Span>, damage: &Damage| missing && at.is_some_and(|span| damage.touches(span));
        let hides = touched(not_before, whole.before, self.damaged.before)
            || touched(not_after, whole.after, self.damaged.after);
        self.is_doubtful |= hides;
        hides
    }

    fn values(
        &mut self,
        subject: &Subject,
        field: &str,
        before: Option<&Told<'_>>,
        after: Option<&Told<'_>>,
        whole: Both<Option<Span>>,
    ) {
        if before == after {
            return;
        }
        let nothing = Told::Nothing;
        match (before.unwrap_or(&nothing), after.unwrap_or(&nothing)) {
            (Told::Record(old), Told::Record(new)) => self.fields(subject, field, old, new),
            (Told::Record(old), Told::Nothing) => self.fields(subject, field, old, &blank(old, whole.after)),
            (Told::Nothing, Told::Record(new)) => self.fields(subject, field, &blank(new, whole.before), new),
            (old @ (Told::Map(_) | Told::Nothing), new @ (Told::Map(_) | Told::Nothing)) => {
                self.maps(subject, field, entries(old), entries(new), whole);
            }
            (old @ (Told::List(_) | Told::Nothing), new @ (Told::List(_) | Told::Nothing)) => {
                self.lists(subject, field, items(old), items(new), whole);
            }
            (old, new) => self.changed(subject, field, old, new, whole),
        }
    }

    fn maps(
        &mut self,
        subject: &Subject,
        field: &str,
        before: &[(&str, Told<'_>)],
        after: &[(&str, Told<'_>)],
        whole: Both<Option<Span>>,
    ) {
        let get = |entries: &'_ [(&str, Told<'_>)], key: &str| entries.iter().position(|(name, _)| *name == key);
        let mut keys: Vec<&str> = before.iter().map(|(key, _)| *key).collect();
        keys.extend(after.iter().map(|(key, _)| *key).filter(|key| get(before, key).is_none()));
        for key in keys {
            let old = get(before, key).map(|at| &before[at].1);
            let new = get(after, key).map(|at| &after[at].1);
            if self.hides(old.is_none(), new.is_none(), whole) {
                continue;
            }
            match (old.and_then(Told::record), new.and_then(Told::record)) {
                (None, None) => self.values(subject, &format!("{field}.{key}"), old, new, whole),
                (old, new) => self.item(&below(subject, field, key), old, new),
            }
        }
    }

    fn lists(
        &mut self,
        subject: &Subject,
        field: &str,
        before: &[Told<'_>],
        after: &[Told<'_>],
        whole: Both<Option<Span>>,
    ) {
        let is_plain = |items: &[Told<'_>]| items.iter().all(|item| item.record().is_none());
        if is_plain(before) && is_plain(after) {
            self.words(subject, field, before, after, whole);
            return;
        }
        let (old, new) = named(before, after);
        for (name, item) in &old {
            let other = new.iter().find(|(other, _)| other == name).map(|(_, item)| *item);
            if !self.hides(false, other.is_none(), whole) {
                self.item(&below(subject, field, name), item.record(), other.and_then(Told::record));
            }
        }
        let known: HashSet<&str> = old.iter().map(|(name, _)| name.as_str()).collect();
        for (name, item) in new.iter().filter(|(name, _)| !known.contains(name.as_str())) {
            if !self.hides(true, false, whole) {
                self.item(&below(subject, field, name), None, item.record());
            }
        }
    }

    /// Lists of plain values: sets, unless their order says something.
    fn words(
        &mut self,
        subject: &Subject,
        field: &str,
        before: &[Told<'_>],
        after: &[Told<'_>],
        whole: Both<Option<Span>>,
    ) {
        let texts = |items: &[Told<'_>]| items.iter().map(text).collect::<Vec<_>>();
        let (mut old, mut new) = (texts(before), texts(after));
        let joined = Both::new(&old, &new).map(|texts| (!texts.is_empty()).then(|| texts.join(", ")));
        if !ORDERED.contains(&field) {
            old.sort_unstable();
            new.sort_unstable();
        }
        if old != new {
            let spans = Both::new(before, after).map(|items| items.iter().find_map(Told::span));
            self.push(ChangeKind::Changed, subject.clone(), field.to_owned(), joined, spans, whole);
        }
    }

    fn item(&mut self, subject: &Subject, before: Option<&Record<'_>>, after: Option<&Record<'_>>) {
        let spans = Both::new(before, after).map(|record| record.and_then(|record| record.span));
        let (kind, value) = match (before, after) {
            (Some(before), Some(after)) => return self.fields(subject, "", before, after),
            (Some(before), None) => (ChangeKind::Removed, Both::new(Some(essence(before)), None)),
            (None, Some(after)) => (ChangeKind::Added, Both::new(None, Some(essence(after)))),
            (None, None) => return,
        };
        self.push(kind, subject.clone(), String::new(), value, spans, Both::default());
    }

    fn changed(
        &mut self,
        subject: &Subject,
        field: &str,
        before: &Told<'_>,
        after: &Told<'_>,
        whole: Both<Option<Span>>,
    ) {
        let value = Both::new(before, after).map(|told| (!told.is_nothing()).then(|| text(told)));
        let spans = Both::new(before, after).map(Told::span);
        self.push(ChangeKind::Changed, subject.clone(), field.to_owned(), value, spans, whole);
        if let Some(change) = self.changes.last_mut() {
            change.days = days(before, after);
        }
    }

    fn push(
        &mut self,
        kind: ChangeKind,
        subject: Subject,
        field: String,
        value: Both<Option<String>>,
        spans: Both<Option<Span>>,
        whole: Both<Option<Span>>,
    ) {
        let place = Both::new(spans.before.or(whole.before), spans.after.or(whole.after));
        self.changes.push(Change { kind, subject, field, value, days: None, place });
    }
}

fn default(record: &str, field: &str) -> Option<Told<'static>> {
    let known = DEFAULTS.iter().find(|(name, known, _)| *name == record && *known == field);
    let word = |text| Told::Word(Word { value: Value::Text(Cow::Borrowed(text)), span: None });
    known.map(|&(_, _, value)| word(value))
}

/// A record of the same type that says nothing; what it stands in is its place.
fn blank<'m>(like: &Record<'_>, span: Option<Span>) -> Record<'m> {
    Record { name: like.name, fields: Vec::new(), span }
}

fn below(subject: &Subject, field: &str, name: &str) -> Subject {
    let field = field.replace('.', "/");
    let path = if subject.path.is_empty() { field } else { format!("{}/{field}", subject.path) };
    Subject { path: format!("{path}/{name}"), ..subject.clone() }
}

fn entries<'t, 'm>(told: &'t Told<'m>) -> &'t [(&'m str, Told<'m>)] {
    match told {
        Told::Map(entries) => entries,
        _ => &[],
    }
}

fn items<'t, 'm>(told: &'t Told<'m>) -> &'t [Told<'m>] {
    match told {
        Told::List(items) => items,
        _ => &[],
    }
}

type Named<'t, 'm> = Vec<(String, &'t Told<'m>)>;

/// The items of two lists by what they are known by on both sides; where they have no such thing, what both lists hold is left
/// out and the rest is known by its number.
fn named<'t, 'm, 'n>(before: &'t [Told<'m>], after: &'t [Told<'n>]) -> (Named<'t, 'm>, Named<'t, 'n>) {
    for key in KEYS {
        if let (Some(old), Some(new)) = (by_key(before, key), by_key(after, key)) {
            return (old, new);
        }
    }
    let mut rest: Vec<(usize, &Told<'n>)> = after.iter().enumerate().collect();
    let mut gone = Vec::new();
    for (at, item) in before.iter().enumerate() {
        match rest.iter().position(|(_, other)| **other == *item) {
            Some(same) => drop(rest.remove(same)),
            None => gone.push(((at + 1).to_string(), item)),
        }
    }
    (gone, rest.into_iter().map(|(at, item)| ((at + 1).to_string(), item)).collect())
}

fn by_key<'t, 'm>(items: &'t [Told<'m>], key: &[&str]) -> Option<Named<'t, 'm>> {
    let name = |item: &Told<'_>| {
        let record = item.record()?;
        let parts: Option<Vec<String>> = key.iter().map(|field| Some(text(record.field(field)?))).collect();
        Some(parts?.join("/"))
    };
    let mut seen = HashSet::new();
    let mut named = Vec::with_capacity(items.len());
    for item in items {
        let name = name(item)?;
        if !seen.insert(name.clone()) {
            return None;
        }
        named.push((name, item));
    }
    Some(named)
}

/// A value in words.
fn text(told: &Told<'_>) -> String {
    match told {
        Told::Nothing => String::new(),
        Told::Word(word) => word.value.to_string(),
        Told::List(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        Told::Map(entries) => {
            let said = |(key, value): &(&str, Told<'_>)| format!("{key}: {}", text(value));
            entries.iter().map(said).collect::<Vec<_>>().join(", ")
        }
        Told::Record(record) => essence(record),
    }
}

/// The plain values of a record, its own name left out.
pub fn essence(record: &Record<'_>) -> String {
    let plain = |value: &Told<'_>| match value {
        Told::Word(_) => true,
        Told::List(items) => items.iter().all(|item| item.word().is_some()),
        _ => false,
    };
    let shown = record.fields.iter().filter(|(name, value)| !matches!(&**name, "id" | "description") && plain(value));
    shown.map(|(name, value)| format!("{name}: {}", text(value))).collect::<Vec<_>>().join(", ")
}

fn days(before: &Told<'_>, after: &Told<'_>) -> Option<i64> {
    let day = |told: &Told<'_>| match told.word()?.value {
        Value::When(when) => Some(when.date()),
        Value::Text(_) => None,
    };
    Some((day(after)? - day(before)?).num_days()).filter(|days| *days != 0)
}

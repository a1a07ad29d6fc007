//! What is written otherwise, by kind and id, in whichever files it stands.

use std::collections::{BTreeMap, BTreeSet};

use super::told::{Walk, essence};
use super::{Both, Change, ChangeKind};
use crate::diagnostic::Subject;
use crate::model::index::Table;
use crate::model::told::{Tell, Told};
use crate::model::{Identified, Kind, Portfolio};

/// What is written otherwise, and what cannot be compared.
pub struct Written {
    /// By subject and field.
    pub changes: Vec<Change>,
    /// In the order of subjects.
    pub uncompared: Vec<Subject>,
}

/// Compares what the manifests of two portfolios say.
pub fn compare(base: &Portfolio, head: &Portfolio) -> Written {
    let mut all = Documents { base, head, changes: Vec::new(), uncompared: BTreeSet::new() };
    all.settings();
    all.table(&base.projects, &head.projects);
    all.table(&base.environments, &head.environments);
    all.table(&base.releases, &head.releases);
    all.table(&base.trains, &head.trains);
    all.table(&base.changes, &head.changes);
    all.table(&base.assessments, &head.assessments);
    all.table(&base.demands, &head.demands);
    all.table(&base.runs, &head.runs);
    all.log(Kind::Deployments, &base.deployments, &head.deployments, |entry| {
        let id = entry.id.as_ref().map(ToString::to_string);
        id.unwrap_or_else(|| format!("{}@{}/{}", entry.project, entry.environment, entry.at.value))
    });
    all.log(Kind::Incidents, &base.incidents, &head.incidents, |entry| entry.id.to_string());
    all.log(Kind::Pipelines, &base.pipelines, &head.pipelines, |entry| {
        let name = entry.common.name().unwrap_or_default();
        format!("{}/{name}/{}", entry.project, entry.at.value)
    });
    let mut changes = all.changes;
    changes.sort_by(|a, b| (&a.subject, &a.field).cmp(&(&b.subject, &b.field)));
    Written { changes, uncompared: all.uncompared.into_iter().collect() }
}

struct Documents<'p> {
    base: &'p Portfolio,
    head: &'p Portfolio,
    changes: Vec<Change>,
    uncompared: BTreeSet<Subject>,
}

impl Documents<'_> {
    fn settings(&mut self) {
        let subject = Subject::new(Kind::Portfolio.as_str(), "");
        // Nothing is said of settings that stand nowhere: the file could not be read at all.
        if self.base.settings.span.len == 0 || self.head.settings.span.len == 0 {
            self.uncompared.insert(subject);
            return;
        }
        self.both(&subject, &self.base.settings.told(), &self.head.settings.told());
    }

    fn table<T: Identified + Tell>(&mut self, before: &Table<T>, after: &Table<T>) {
        for old in before {
            let subject = old.subject();
            match after.get(old.id()) {
                Some(new) => self.both(&subject, &old.told(), &new.told()),
                None => self.one(ChangeKind::Removed, subject, &old.told(), self.head),
            }
        }
        for new in after.iter().filter(|new| !before.contains(new.id())) {
            self.one(ChangeKind::Added, new.subject(), &new.told(), self.base);
        }
    }

    fn log<T: Tell>(&mut self, kind: Kind, before: &[T], after: &[T], name: impl Fn(&T) -> String) {
        let named = |entries: &'_ [T]| {
            let mut named: BTreeMap<String, usize> = BTreeMap::new();
            for (at, entry) in entries.iter().enumerate() {
                named.entry(name(entry)).or_insert(at);
            }
            named
        };
        let (old, new) = (named(before), named(after));
        let subject = |name: &str| Subject::new(kind.as_str(), "").at(name);
        for (name, &at) in &old {
            match new.get(name) {
                Some(&other) => self.both(&subject(name), &before[at].told(), &after[other].told()),
                None => self.one(ChangeKind::Removed, subject(name), &before[at].told(), self.head),
            }
        }
        for (name, &at) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            self.one(ChangeKind::Added, subject(name), &after[at].told(), self.base);
        }
    }

    fn both(&mut self, subject: &Subject, before: &Told<'_>, after: &Told<'_>) {
        let (Told::Record(before), Told::Record(after)) = (before, after) else { return };
        let damaged = Both::new(&self.base.damage, &self.head.damage);
        let mut walk = Walk { damaged, changes: Vec::new(), is_doubtful: false };
        walk.records(subject, before, after);
        self.changes.append(&mut walk.changes);
        if walk.is_doubtful {
            self.uncompared.insert(subject.clone());
        }
    }

    /// Something that only one side has, unless the other may have it in a file that cannot be read.
    fn one(&mut self, kind: ChangeKind, subject: Subject, told: &Told<'_>, other: &Portfolio) {
        let Told::Record(record) = told else { return };
        if other.damage.lost(&subject.id) || other.damage.is_dark() {
            self.uncompared.insert(subject);
            return;
        }
        let text = Some(essence(record));
        let (value, place) = match kind {
            ChangeKind::Removed => (Both::new(text, None), Both::new(record.span, None)),
            _ => (Both::new(None, text), Both::new(None, record.span)),
        };
        self.changes.push(Change { kind, subject, field: String::new(), value, days: None, place });
    }
}

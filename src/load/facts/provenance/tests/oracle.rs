//! Random histories, judged by looking at the whole of every commit.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::model::facts::Given;

const FILES: [&str; 3] = ["a.yaml", "b/c.yaml", "b/d.yml"];
const PERSONS: [&str; 2] = ["alice", "carol"];

/// A release in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Doc {
    release: usize,
    version: usize,
    criteria: usize,
    /// By gate: person and decision.
    approvals: [BTreeSet<(usize, bool)>; 2],
}

/// All files of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    files: [Vec<Doc>; 3],
    /// A file that cannot be parsed.
    broken: Option<usize>,
    /// Who of [`PERSONS`] holds the role.
    holds: [bool; 2],
}

/// Of which release and gate, by whom, and the decision.
type Entry = (usize, usize, usize, bool);

impl State {
    fn docs(&self) -> impl Iterator<Item = &Doc> {
        let read = self.files.iter().enumerate().filter(|(file, _)| self.broken != Some(*file));
        read.flat_map(|(_, docs)| docs)
    }

    fn has(&self, (release, gate, person, decision): Entry) -> bool {
        self.docs().any(|doc| doc.release == release && doc.approvals[gate].contains(&(person, decision)))
    }

    fn has_version(&self, release: usize, version: usize) -> bool {
        self.docs().any(|doc| doc.release == release && doc.version == version)
    }

    /// In one of several styles.
    fn files(&self, style: usize) -> Vec<(String, String)> {
        let holder = |person: usize| if self.holds[person] { "[tester]" } else { "[]" };
        let people: Vec<String> = PERSONS
            .iter()
            .enumerate()
            .map(|(at, name)| format!("  - {{id: {name}, emails: [{name}@example.com], roles: {}}}\n", holder(at)))
            .collect();
        let settings = format!(
            "kind: portfolio\nstages: [prod]\nroles: [tester]\npeople:\n{}approvals: {{stale_when_changed: [scope]}}\n",
            people.concat()
        );
        let mut files = vec![("relm.yaml".to_owned(), settings)];
        for (file, docs) in self.files.iter().enumerate() {
            let docs: Vec<String> = docs.iter().map(|doc| doc.text(style)).collect();
            let mut text = docs.join("---\n");
            if self.broken == Some(file) {
                text.insert_str(0, "<<<<<<< ours\n=======\n>>>>>>> theirs\n");
            }
            files.push((FILES[file].to_owned(), text));
        }
        files
    }
}

impl Doc {
    fn text(&self, style: usize) -> String {
        let entry = |(person, decision): &(usize, bool)| {
            let (by, decision) = (PERSONS[*person], if *decision { "approved" } else { "rejected" });
            match style {
                0 => format!("      - role: tester\n        by: {by}\n        decision: {decision}\n"),
                1 => format!("      - {{decision: \"{decision}\", by: '{by}', role: tester}} # so be it\n"),
                _ => format!("      - by: {by}\n        decision: {decision}\n        note:\n        role: tester\n"),
            }
        };
        let gate = |(gate, entries): (usize, &BTreeSet<(usize, bool)>)| {
            let entries: String = entries.iter().map(entry).collect();
            let criteria = match self.criteria {
                0 => String::new(),
                number => format!("    criteria: [{{id: c{number}}}]\n"),
            };
            format!("  - id: g{gate}\n{criteria}    approvals:\n{entries}")
        };
        let gates: String = self.approvals.iter().enumerate().map(gate).collect();
        let Self { release, version, .. } = self;
        format!(
            "kind: release\nid: r{release}\ntype: minor\nscope: [{{project: p, version: {version}}}]\ngates:\n{gates}"
        )
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % bound
    }

    fn change(&mut self, state: &mut State) {
        let (file, other) = (self.below(3), self.below(3));
        match self.below(10) {
            0 => state.broken = (self.below(2) == 0).then_some(file),
            1 => {
                let person = self.below(2);
                state.holds[person] = !state.holds[person];
            }
            // Whole documents move between files, or are copied.
            2 => {
                if let Some(doc) = state.files[file].pop() {
                    state.files[other].insert(0, doc);
                }
            }
            3 if self.below(3) == 0 => {
                if let Some(doc) = state.files[file].first().cloned() {
                    state.files[other].push(doc);
                }
            }
            4 if self.below(3) == 0 => _ = state.files[file].pop(),
            5 => {
                let approvals = Default::default();
                let doc = Doc { release: self.below(3), version: self.below(2), criteria: self.below(2), approvals };
                state.files[file].push(doc);
            }
            what => {
                let number = state.files[file].len();
                let Some(doc) = (number > 0).then(|| &mut state.files[file][self.below(number)]) else { return };
                match what {
                    6 => doc.version = self.below(3),
                    7 => doc.criteria = self.below(3),
                    _ => {
                        let (gate, entry) = (self.below(2), (self.below(2), self.below(2) == 0));
                        let is_new = doc.approvals[gate].insert(entry);
                        if !is_new && number.is_multiple_of(2) {
                            doc.approvals[gate].remove(&entry);
                        }
                    }
                }
            }
        }
    }
}

struct Node {
    id: git2::Oid,
    parents: Vec<usize>,
    state: State,
}

/// The commit that has something while none of its parents does, the first parent that does being followed.
fn brought(nodes: &[Node], tip: usize, has: &dyn Fn(&State) -> bool) -> Option<usize> {
    if !has(&nodes[tip].state) {
        return None;
    }
    let mut at = tip;
    while let Some(parent) = nodes[at].parents.iter().find(|parent| has(&nodes[**parent].state)) {
        at = *parent;
    }
    Some(at)
}

fn random_history(random: &mut Random) -> (Chronicle, Vec<Node>) {
    let mut history = Chronicle::new();
    let mut nodes: Vec<Node> = Vec::new();
    let length = 12 + random.below(20);
    for number in 0..length {
        let mut parents = Vec::new();
        let begin = |release| {
            let first = BTreeSet::from([(release % 2, true)]);
            vec![Doc { release, version: 0, criteria: 1, approvals: [first, BTreeSet::new()] }]
        };
        let mut state = State { files: [begin(0), begin(1), begin(2)], broken: None, holds: [true, false] };
        if number > 0 {
            let recent = number.saturating_sub(4);
            // The last one has to reach the one before, or it would be over too soon.
            parents.push(if number + 1 == length { number - 1 } else { recent + random.below(number - recent) });
            state = nodes[parents[0]].state.clone();
            while random.below(3) == 0 {
                let other = recent + random.below(number - recent);
                if !parents.contains(&other) {
                    parents.push(other);
                    let (file, theirs) = (random.below(3), nodes[other].state.clone());
                    state.files[file].clone_from(&theirs.files[file]);
                    state.holds = theirs.holds;
                }
            }
        }
        for _ in 0..random.below(4) {
            random.change(&mut state);
        }
        let files = state.files(random.below(3));
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let ids: Vec<git2::Oid> = parents.iter().map(|parent| nodes[*parent].id).collect();
        let author = format!("{}@example.com", ["alice", "carol", "bot"][random.below(3)]);
        let clock = 1_767_225_600 + 600 * number as i64 - random.below(4) as i64 * 2_000;
        let id = history.commit_on(&ids, &By { at: Some(clock), ..By::author(&author) }, &files);
        if number + 1 == length {
            history.reset(id, &files);
        }
        nodes.push(Node { id, parents, state });
    }
    (history, nodes)
}

/// How many approvals were looked at.
fn judge(seed: u64) -> Result<usize, TestCaseError> {
    let (history, nodes) = random_history(&mut Random(seed | 1));
    let tip = nodes.len() - 1;
    let mut warm = BTreeMap::new();
    for _ in 0..2 {
        let learnt = history.learn();
        for release in &learnt.loaded.portfolio.releases {
            let number: usize = release.id[1..].parse().unwrap();
            let version: usize = release.scope[0].version.as_ref().unwrap().parse().unwrap();
            let of_scope = brought(&nodes, tip, &|state| state.has_version(number, version));
            let said = learnt.provenance.scope.get(&release.scope[0].span);
            // Who wrote the scope matters where somebody approved it.
            let is_decided = release.gates.iter().any(|gate| !gate.approvals.is_empty());
            prop_assert!(said.is_some() || !is_decided, "scope of r{}", number);
            if let Some(said) = said {
                prop_assert_eq!(history.number(said.as_ref()), of_scope, "scope of r{}", number);
            }
            for (gate_number, gate) in release.gates.iter().enumerate() {
                for approval in &gate.approvals {
                    let person = PERSONS.iter().position(|name| *name == &*approval.by).unwrap();
                    let decision = approval.decision == Some(crate::model::release::Decision::Approved);
                    let entry = (number, gate_number, person, decision);
                    let facts = learnt.provenance.approval(approval.span).unwrap();
                    let at = brought(&nodes, tip, &|state| state.has(entry));
                    prop_assert_eq!(history.number(facts.introduction.as_ref()), at, "{:?}", entry);
                    let at = &nodes[at.unwrap()];
                    let before = |parent: &usize| nodes[*parent].state.holds[person];
                    let expected = match at.state.holds[person] {
                        false => Given::NotHeld,
                        true if at.parents.is_empty() || at.parents.iter().any(before) => Given::Held,
                        true => Given::GrantedHere,
                    };
                    prop_assert_eq!(facts.role, expected, "{:?}", entry);
                    // Where one release stands twice, either of its scopes may be meant.
                    let then: BTreeSet<usize> = at
                        .state
                        .docs()
                        .filter(|doc| doc.release == number && doc.approvals[gate_number].contains(&(person, decision)))
                        .map(|doc| doc.version)
                        .collect();
                    match facts.changed.first() {
                        None => prop_assert!(then.contains(&version), "{:?}", entry),
                        Some(change) => {
                            let before: usize = change.before.as_ref().unwrap().parse().unwrap();
                            prop_assert!(then.contains(&before) && before != version, "{:?}", entry);
                        }
                    }
                    let key = (number, gate_number, approval.span);
                    let known = warm.entry(key).or_insert_with(|| facts.clone());
                    prop_assert_eq!(&*known, facts, "with a cache");
                }
            }
        }
    }
    Ok(warm.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_looking_at_everything(seed in any::<u64>()) {
        judge(seed)?;
    }
}

#[test]
fn the_random_histories_have_approvals() {
    let seen: usize = (1..=8).map(|seed| judge(seed * 0x9e37_79b9).unwrap()).sum();
    assert!(seen > 20, "{seen}");
}

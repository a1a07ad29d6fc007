//! What there is to say of an approval, in plain words: what the history proves of it and what not.

use serde::Serialize;

use crate::analysis::gates::{Flaw, JudgedApproval, Proof};
use crate::choice;
use crate::model::facts::{ApprovalFacts, Change, Commit, Given, History, Introduction, Replaced, Signature, Who};
use crate::model::portfolio::Provenance as Wanted;
use crate::model::release::Decision;

choice! {
    /// What a statement means for an approval.
    pub enum Standing {
        /// The history proves it.
        Proven = "proven",
        /// The history does not prove it, or shows the opposite.
        NotProven = "not-proven",
        /// What was approved is not what it was.
        Changed = "changed",
        /// Worth knowing.
        Note = "note",
    }
}

/// Something to say of an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Statement {
    /// `proven`, `not-proven`, `changed` (since it was approved) or `note`.
    pub kind: &'static str,
    /// What it is about: `origin` (who wrote it), `role`, `entry` (what it replaced, what came with it), `content` (what was
    /// approved) or `weight` (what it counts for).
    pub about: &'static str,
    /// A sentence without a full stop.
    pub text: String,
}

impl Statement {
    fn new(standing: Standing, text: impl Into<String>) -> Self {
        Self { kind: standing.as_str(), about: "origin", text: text.into() }
    }

    fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }
}

/// The first characters of a commit's identifier.
pub fn short(id: &str) -> &str {
    id.get(..7).unwrap_or(id)
}

/// Everything there is to say of an approval. `history` is none when nobody looked at it.
pub fn statements(entry: &JudgedApproval<'_>, wanted: Wanted, history: Option<&History>) -> Vec<Statement> {
    let mut said = Vec::new();
    if let Some(history) = history {
        said.extend(origin(entry, wanted, history));
    }
    let known = entry.facts.filter(|facts| facts.introduction.is_some());
    said.extend(role(entry, known).map(|said| said.about("role")));
    if let Some(facts) = known {
        said.extend(facts.replaced.as_ref().map(|before| replaced(before).about("entry")));
        let criteria = Statement::new(Standing::Note, "the same commit wrote or changed the criteria of its gate");
        said.extend(facts.with_criteria.then(|| criteria.about("entry")));
        said.extend(facts.changed.iter().map(|change| changed(change).about("content")));
        said.extend(facts.restored.iter().map(|part| {
            let text = format!("`{part}` was changed since and is again as it was then: the approval is valid");
            Statement::new(Standing::Note, text).about("content")
        }));
    }
    said.extend(weight(entry).map(|said| said.about("weight")));
    said
}

/// What it counts for, where that is not plain.
fn weight(entry: &JudgedApproval<'_>) -> impl Iterator<Item = Statement> {
    let unproven = !matches!(entry.proof, Proof::Signed | Proof::Author);
    let note = if !entry.holds {
        Some(replaced_by(entry))
    } else if entry.decision() == Decision::Rejected && unproven {
        Some("a refusal counts even where nothing proves it".to_owned())
    } else {
        None
    };
    let own = entry.flaws.iter().filter_map(|flaw| own_work(flaw, entry));
    own.chain(note.map(|text| Statement::new(Standing::Note, text)))
}

/// Who brought it, and what shows that.
fn origin(entry: &JudgedApproval<'_>, wanted: Wanted, history: &History) -> Vec<Statement> {
    let no = |text: String| vec![Statement::new(Standing::NotProven, text)];
    let by = &entry.approval.by;
    match history {
        History::OutsideGit => {
            return no("the portfolio is not in a git repository, so nothing shows who wrote it".into());
        }
        History::Unreadable(why) => {
            return no(format!("the history cannot be read, so nothing shows who wrote it: {why}"));
        }
        History::Whole | History::Shallow | History::NoCommit => {}
    }
    let Some(introduction) = entry.facts.and_then(|facts| facts.introduction.as_ref()) else {
        return no(format!("it is not committed, so nothing shows who wrote it; it is proven once `{by}` commits it"));
    };
    let Introduction { commit, at_boundary } = introduction;
    let mut said = Vec::new();
    match entry.proof {
        Proof::Signed => said.push(Statement::new(Standing::Proven, signed(entry, commit))),
        _ if *at_boundary => said.push(Statement::new(
            Standing::NotProven,
            format!(
                "the clone is shallow and its history ends at commit {}, so it cannot be told who wrote it, when, or \
                 whether the role was held then; `git fetch --unshallow` brings the rest",
                short(&commit.id)
            ),
        )),
        Proof::Author => {
            let text = format!("`{by}` is the author of the commit that brought it, by the name that git was given");
            said.push(Statement::new(Standing::Proven, text));
            if commit.author.email != commit.committer.email {
                let text = format!(
                    "{} put the commit into the repository: git takes anybody's word for the author, and only a \
                     signature of `{by}` would prove it",
                    who(&commit.committer)
                );
                said.push(Statement::new(Standing::NotProven, text));
            }
        }
        _ => {
            let unknown = if commit.author.person.is_none() { ", an address that belongs to nobody here" } else { "" };
            let text = format!(
                "the author of the commit that brought it is {}{unknown}, not `{by}`: nothing shows that `{by}` decided \
                 this",
                who(&commit.author)
            );
            said.push(Statement::new(Standing::NotProven, text));
        }
    }
    if entry.proof != Proof::Signed {
        said.extend(signature(entry, commit, wanted));
    }
    said
}

fn signed(entry: &JudgedApproval<'_>, commit: &Commit) -> String {
    let by = &entry.approval.by;
    let key = match &commit.signature {
        Signature::Valid { fingerprint, .. } => format!(" with the key `{fingerprint}`"),
        _ => String::new(),
    };
    let author = match commit.author.person.as_deref() {
        Some(person) if person == &**by => String::new(),
        _ => format!("; its author is {}", who(&commit.author)),
    };
    format!("`{by}` signed the commit that brought it{key}{author}")
}

/// What is wrong with a signature that is not the approver's.
fn signature(entry: &JudgedApproval<'_>, commit: &Commit, wanted: Wanted) -> Option<Statement> {
    let by = &entry.approval.by;
    let text = match &commit.signature {
        Signature::Missing if wanted == Wanted::Signed => {
            "the commit is not signed, and a signature is asked for".into()
        }
        Signature::Missing => return None,
        Signature::Valid { fingerprint, people } if people.is_empty() => format!(
            "the commit is signed with the key `{fingerprint}`, which nobody listed before that commit and still lists: it \
             is unknown, revoked, or was added by the commit itself"
        ),
        Signature::Valid { fingerprint, people } => {
            let people: Vec<_> = people.iter().map(|person| format!("`{person}`")).collect();
            format!("the commit is signed with the key `{fingerprint}` of {}, not of `{by}`", people.join(" and "))
        }
        Signature::Invalid(why) => format!("the signature of the commit is not valid: {why}"),
        Signature::NotVerifiable(kind) => format!(
            "the commit has a signature by {kind}, which is not verifiable here; `git verify-commit {}` may tell",
            short(&commit.id)
        ),
    };
    Some(Statement::new(Standing::NotProven, text))
}

/// Whether the role was held: at the commit where that is known, else today.
fn role(entry: &JudgedApproval<'_>, known: Option<&ApprovalFacts>) -> Option<Statement> {
    let (by, role) = (&entry.approval.by, &entry.approval.role);
    let flaw = entry.flaws.iter().find_map(|flaw| match flaw {
        Flaw::LacksRole(given) => Some(*given),
        _ => None,
    });
    let said = match (known.map(|facts| facts.role), flaw) {
        (Some(Given::Held), _) => (Standing::Proven, format!("`{by}` held the role `{role}` then")),
        (Some(Given::GrantedHere), _) => {
            (Standing::NotProven, format!("the same commit gave `{by}` the role `{role}`, which was not held before"))
        }
        (Some(Given::NotHeld), _) => {
            (Standing::NotProven, format!("`{by}` did not hold the role `{role}` at that commit"))
        }
        (_, Some(_)) => (Standing::NotProven, format!("`{by}` does not hold the role `{role}`")),
        (Some(Given::Unknown), None) => {
            (Standing::Note, format!("whether `{by}` held the role `{role}` then cannot be told; today it is held"))
        }
        (None, None) => return None,
    };
    Some(Statement::new(said.0, said.1))
}

fn replaced(before: &Replaced) -> Statement {
    let fields: Vec<_> = before.before.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let by = before.by.as_ref().map_or_else(String::new, |by| format!(", written by {}", who(by)));
    Statement::new(Standing::Note, format!("it took the place of an entry that said `{}`{by}", fields.join(", ")))
}

/// What is different from what was approved.
fn changed(change: &Change) -> Statement {
    let path = &change.path;
    let what = match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("`{path}` was `{before}` and is `{after}` now"),
        (None, Some(after)) => format!("`{path}` was not there and is `{after}` now"),
        (Some(before), None) => format!("`{path}` was `{before}` and is not there any more"),
        (None, None) => format!("`{path}` is not what it was"),
    };
    let by = match &change.by {
        Some(commit) => {
            let day = commit.at.format("%Y-%m-%d");
            format!("changed by {} in {} on {day}", who(&commit.author), short(&commit.id))
        }
        None => "a change that is not committed".to_owned(),
    };
    Statement::new(Standing::Changed, format!("{what}: {by}"))
}

/// Why duties that are separated keep it from counting.
fn own_work(flaw: &Flaw<'_>, entry: &JudgedApproval<'_>) -> Option<Statement> {
    let by = &entry.approval.by;
    let what = match flaw {
        Flaw::Owner(owner) if **owner == **by => format!("`{by}` owns what is approved"),
        Flaw::Owner(team) => format!("`{by}` is one of `{team}`, who own what is approved"),
        Flaw::WroteScope(projects) => {
            let projects: Vec<_> = projects.iter().map(|project| format!("`{project}`")).collect();
            format!("`{by}` wrote the scope of {}", projects.join(", "))
        }
        Flaw::LacksRole(_) | Flaw::Unverified(_) | Flaw::Unsigned | Flaw::Stale(_) => return None,
    };
    Some(Statement::new(Standing::Note, format!("it counts for nothing: {what}, and duties are separated")))
}

/// Why it is not the decision that holds.
fn replaced_by(entry: &JudgedApproval<'_>) -> String {
    let (by, role) = (&entry.approval.by, &entry.approval.role);
    format!("another decision of `{by}` as `{role}` holds in its place")
}

/// `Ann Ng <ann@example.com>`, with the person in front where it is one of the portfolio.
pub fn who(who: &Who) -> String {
    let Who { name, email, person } = who;
    match person {
        Some(person) => format!("`{person}` ({name} <{email}>)"),
        None => format!("{name} <{email}>"),
    }
}

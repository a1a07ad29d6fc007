//! From the answers of the walk to facts.

use std::collections::HashMap;
use std::rc::Rc;

use rayon::prelude::*;
use serde_json::Value as Json;
use smol_str::SmolStr;

use super::canonical::{differences, words};
use super::questions::{Approval, Part, Questions};
use super::roster::Rosters;
use super::trace::{Answer, Circumstances, Question, Trace};
use crate::diagnostic::Span;
use crate::git::{CommitId, GitError, Identity, Mailmap, Proof, Repo, verify};
use crate::model::facts::{ApprovalFacts, Change, Commit, Given, Introduction, Replaced, Signature, Who};

/// Facts by place.
type ByPlace<T> = HashMap<Span, T>;

pub(super) struct Teller<'r> {
    repo: &'r Repo,
    mailmap: Mailmap,
    rosters: Rosters<'r>,
    trace: Trace<'r>,
    proofs: HashMap<CommitId, Proof>,
    commits: HashMap<CommitId, Commit>,
}

impl<'r> Teller<'r> {
    pub(super) fn new(repo: &'r Repo, mailmap: Mailmap, rosters: Rosters<'r>, trace: Trace<'r>) -> Self {
        Self { repo, mailmap, rosters, trace, proofs: HashMap::new(), commits: HashMap::new() }
    }

    /// Tells who brought items of scope, and everything about approvals.
    pub(super) fn tell(
        mut self,
        mut questions: Questions,
    ) -> Result<(ByPlace<Option<Introduction>>, ByPlace<ApprovalFacts>), GitError> {
        self.verify_signatures()?;
        // By an alias, one place may serve several gates. What was brought last, and what is not committed, is told then.
        questions.items.sort_by_key(|(_, question)| std::cmp::Reverse(self.age(*question)));
        questions.approvals.sort_by_key(|approval| std::cmp::Reverse(self.age(approval.question)));
        let mut scope = HashMap::with_capacity(questions.items.len());
        for (span, question) in questions.items {
            scope.insert(span, self.introduction(question)?);
        }
        let mut approvals = HashMap::with_capacity(questions.approvals.len());
        for approval in questions.approvals {
            approvals.insert(approval.span, self.approval(&approval)?);
        }
        Ok((scope, approvals))
    }

    /// More is older; nothing is newer than what is not committed.
    fn age(&self, question: Question) -> usize {
        self.trace.answers[question].as_ref().map_or(0, |answer| answer.age + 1)
    }

    /// Verifies the signatures of all commits that are told of, on every core: a key of another kind takes its time.
    fn verify_signatures(&mut self) -> Result<(), GitError> {
        let mut commits: Vec<CommitId> = self.trace.answers.iter().flatten().map(|answer| answer.commit).collect();
        commits.sort_unstable();
        commits.dedup();
        let mut signed = Vec::new();
        for commit in commits {
            if let Some(found) = self.repo.signed(commit)? {
                signed.push((commit, found));
            }
        }
        let verified = signed.par_iter().map(|(commit, it)| (*commit, verify(&it.signature, &it.content)));
        self.proofs = verified.collect();
        Ok(())
    }

    fn introduction(&mut self, question: Question) -> Result<Option<Introduction>, GitError> {
        let Some(answer) = self.trace.answers[question].clone() else { return Ok(None) };
        let commit = self.commit(&answer)?;
        Ok(Some(Introduction { commit, at_boundary: answer.at_boundary }))
    }

    fn commit(&mut self, answer: &Answer) -> Result<Commit, GitError> {
        if let Some(known) = self.commits.get(&answer.commit) {
            return Ok(known.clone());
        }
        let details = self.repo.details(answer.commit, &self.mailmap)?;
        let signature = match self.proofs.get(&answer.commit).cloned() {
            None => Signature::Missing,
            Some(Proof::Invalid(why)) => Signature::Invalid(why),
            Some(Proof::NotVerifiable(kind)) => Signature::NotVerifiable(kind),
            Some(Proof::Valid { fingerprint }) => {
                let people = self.rosters.signers(answer, &fingerprint)?;
                Signature::Valid { fingerprint, people }
            }
        };
        let commit = Commit {
            id: answer.commit.to_string(),
            subject: details.subject,
            author: self.who(answer, details.author)?,
            committer: self.who(answer, details.committer)?,
            at: details.at,
            signature,
        };
        self.commits.insert(answer.commit, commit.clone());
        Ok(commit)
    }

    fn who(&mut self, answer: &Answer, identity: Identity) -> Result<Who, GitError> {
        let person = self.rosters.person(answer, &identity.email)?;
        Ok(Who { name: identity.name, email: identity.email, person })
    }

    fn approval(&mut self, approval: &Approval) -> Result<ApprovalFacts, GitError> {
        let mut facts = ApprovalFacts {
            introduction: self.introduction(approval.question)?,
            role: Given::Unknown,
            replaced: None,
            with_criteria: false,
            changed: Vec::new(),
            restored: Vec::new(),
        };
        let Some(answer) = self.trace.answers[approval.question].clone() else { return Ok(facts) };
        facts.role = self.rosters.role(&answer, &approval.by, &approval.role)?;
        let Some(Circumstances { parts, with_criteria, replaced }) = self.trace.circumstances_of(&approval.unit) else {
            return Ok(facts);
        };
        facts.with_criteria = with_criteria;
        if let Some((value, question)) = replaced {
            let by = self.introduction(question)?.map(|introduction| introduction.commit.author);
            facts.replaced = Some(Replaced { before: fields(&value), by });
        }
        if let Some(then) = parts {
            self.compare(&answer, &then, &approval.parts, &mut facts)?;
        }
        Ok(facts)
    }

    /// What is different today from what it was at a commit, and what is the same again.
    fn compare(
        &mut self,
        answer: &Rc<Answer>,
        then: &[String; 3],
        now: &[Part],
        facts: &mut ApprovalFacts,
    ) -> Result<(), GitError> {
        for part in now {
            let before = &then[part.place];
            if *before == part.value {
                if self.age(part.question) < answer.age + 1 {
                    facts.restored.push(SmolStr::new_static(part.name));
                }
                continue;
            }
            let by = self.introduction(part.question)?.map(|introduction| introduction.commit);
            let [before, after] = [before, &part.value].map(|text| serde_json::from_str(text).unwrap_or(Json::Null));
            let different = differences(part.name, &before, &after).into_iter().map(|difference| Change {
                path: difference.path,
                before: difference.before,
                after: difference.after,
                by: by.clone(),
            });
            facts.changed.extend(different);
        }
        Ok(())
    }
}

/// The fields of an entry and their values.
fn fields(value: &str) -> Vec<(SmolStr, String)> {
    match serde_json::from_str(value) {
        Ok(Json::Object(fields)) => fields.iter().map(|(key, value)| (SmolStr::new(key), words(value))).collect(),
        _ => Vec::new(),
    }
}

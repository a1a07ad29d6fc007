//! `unverified-approval`.

use crate::analysis::gates::{Flaw, Proof};
use crate::diagnostic::wording::with_places;
use crate::diagnostic::{Finding, Severity, Subject};
use crate::model::Kind;
use crate::model::facts::{Commit, History};
use crate::rules::approvals::{Given, address, all, commit_words, of_old, who};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unverified-approval",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "nothing proves that an approval was given by the person it names",
    docs: r"## What it does

Where relm.yaml says `approvals: {provenance: author}` or `signed`, reports approvals of gates and changes that the history does not
prove to come from the person they name. The commit that gave the entry its exact value in its place must have that person as its
author (by `emails` of the person, after `.mailmap`), or carry a signature by a key of theirs. Moving or reformatting the file
changes nothing.

What is said, and how loudly:

- Somebody else wrote it: an error that names them, the commit, and what the entry took the place of.
- It is not committed yet: worth knowing, with the address to commit it as.
- Nobody can tell, for there is no repository, it cannot be read, or the clone is shallow and the approvals are older: one warning for
  all of them, at the policy.
- The release or the change is over: one finding for all of them that is worth knowing, for an auditor asks, and nobody approves the past again.

Only the last approval of a person in a role is judged; those of releases that are called off and of changes that are
rejected are left alone.

## Why

A line in a file can be written by anybody. Only the history says who wrote it, and an approval that cannot be proven counts for
nothing.

## How to fix

Delete the entry, and have the person it names give it in a commit of their own. If it was theirs, add the address they commit with
to their `emails`.

```yaml failing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: carol, emails: [carol@example.com], roles: [change-manager]}]
approvals: {provenance: author}
---
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: carol}]
# commit by mallory@example.com
```

Outside git nothing can be proven:

```yaml failing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: carol, emails: [carol@example.com], roles: [change-manager]}]
approvals: {provenance: author}
---
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: carol}]
```

```yaml passing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: carol, emails: [carol@example.com], roles: [change-manager]}]
approvals: {provenance: author}
---
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: carol}]
# commit by carol@example.com
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let (mut old, mut untold) = (Vec::new(), Vec::new());
    for given in all(cx) {
        match unverified(&given) {
            None => {}
            Some(Proof::Unverifiable) => untold.push(given),
            Some(Proof::Uncommitted) if is_without_history(cx) => untold.push(given),
            Some(_) if given.is_over => old.push(given),
            Some(Proof::Uncommitted) => out.push(uncommitted(cx, &given)),
            Some(_) => out.extend(given.commit().map(|commit| by_another(cx, &given, commit))),
        }
    }
    out.extend(cannot_be_told(cx, &untold));
    let help = "nobody can give them any more; write down elsewhere how they were given";
    let message = |which: &str| format!("nothing proves that {which} came from whom it names");
    let plural = |which: &str| format!("nothing proves that {which} came from those they name");
    let finding = if old.len() == 1 { of_old(&old, message) } else { of_old(&old, plural) };
    out.extend(finding.map(|finding| finding.help(help)));
}

fn unverified(given: &Given<'_, '_>) -> Option<Proof> {
    given.entry.flaws.iter().find_map(|flaw| match flaw {
        Flaw::Unverified(proof) => Some(*proof),
        _ => None,
    })
}

fn is_without_history(cx: &Context<'_>) -> bool {
    cx.facts.provenance.as_ref().is_some_and(|provenance| provenance.history == History::NoCommit)
}

fn uncommitted(cx: &Context<'_>, given: &Given<'_, '_>) -> Finding {
    let by = &given.entry.approval.by;
    let message = format!("this approval by `{by}` is not committed yet, so nothing proves it");
    let help = match address(cx.portfolio, by) {
        Some(address) => format!("commit it as {address}"),
        None => format!("add `emails` to `{by}` in relm.yaml, and commit it with one of them"),
    };
    given.finding(message).help(help).at_most(Severity::Info)
}

fn by_another(cx: &Context<'_>, given: &Given<'_, '_>, commit: &Commit) -> Finding {
    let by = &given.entry.approval.by;
    let mut message =
        format!("this approval was written by {} in {}, not by `{by}`", author(commit), commit_words(commit));
    let facts = given.entry.facts;
    if let Some(replaced) = facts.and_then(|facts| facts.replaced.as_ref()) {
        let whose = replaced.by.as_ref().map(|before| format!(" by {}", who(before))).unwrap_or_default();
        message = format!("{message}; it took the place of an entry{whose}");
    }
    if facts.is_some_and(|facts| facts.with_criteria) {
        message.push_str("; the same commit wrote the criteria of the gate");
    }
    let help = match (&commit.author.person, address(cx.portfolio, by)) {
        (None, _) => format!(
            "have `{by}` give it in a commit of their own; if {} is theirs, add it to `emails` of `{by}` in relm.yaml",
            commit.author.email
        ),
        (Some(_), Some(address)) => format!("delete it, and have `{by}` give it in a commit as {address}"),
        (Some(_), None) => {
            format!("add `emails` to `{by}` in relm.yaml, and have them give it in a commit of their own")
        }
    };
    given.with_requirement(given.finding(message).help(help))
}

/// The author, always with the address: it is what decides.
fn author(commit: &Commit) -> String {
    let author = &commit.author;
    match &author.person {
        Some(person) => format!("`{person}` <{}>", author.email),
        None => format!("{} <{}>", author.name, author.email),
    }
}

/// One finding for what is wrong with the history, and not with the approvals.
fn cannot_be_told(cx: &Context<'_>, untold: &[Given<'_, '_>]) -> Option<Finding> {
    let provenance = cx.facts.provenance.as_ref()?;
    let policy = cx.portfolio.settings.approvals.as_ref()?;
    let first = untold.first()?;
    let these = match untold.len() {
        1 => format!("the approval of `{}` by `{}`", first.name(), first.entry.approval.by),
        many => format!("{many} approvals"),
    };
    let (why, help) = match &provenance.history {
        History::OutsideGit => (
            "the portfolio is not in a git repository".to_owned(),
            "keep it in one, so that each approval is a commit of its approver; or set `provenance: none`",
        ),
        History::NoCommit => ("nothing is committed yet".to_owned(), "commit each approval as the person it names"),
        History::Unreadable(why) => {
            (format!("the history cannot be read: {why}"), "mend the repository, or clone it anew")
        }
        History::Shallow | History::Whole => (
            "the clone is shallow and its history begins later".to_owned(),
            "fetch the whole history: `git fetch --unshallow`, or a fetch depth of 0 where a pipeline checks out",
        ),
    };
    let subject = Subject::new(Kind::Portfolio.as_str(), "").at("approvals");
    let finding = Finding::new(policy.span, subject, format!("nothing proves {these}: {why}")).help(help);
    let all_over = untold.iter().all(|given| given.is_over);
    let finding = finding.at_most(if all_over { Severity::Info } else { Severity::Warning });
    Some(with_places(
        finding,
        untold.iter().map(|given| (given.entry.approval.by.span, given.subject())),
        "this approval",
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::diagnostic::{Finding, Severity};
    use crate::rules::testing::{messages, of};

    const RULE: &str = "unverified-approval";

    fn with(status: &str, gate: &str) -> String {
        format!(
            "kind: portfolio\nstages: [test, prod]\nroles: [boss]\napprovals: {{provenance: author}}\n\
             people: [{{id: carol, emails: [carol@example.com], roles: [boss]}}, {{id: bob, emails: [bob@example.com]}}]\n---\n\
             kind: release\nid: r\ntype: minor\nstatus: {status}\ngates: [{{id: go, requires: [{{role: boss}}]{gate}}}]\n"
        )
    }

    const CAROL: &str = ", approvals: [{role: boss, by: carol}]";

    fn committed(text: &str, by: &str) -> String {
        format!("{text}# commit by {by}@example.com\n")
    }

    fn said(found: &[Finding]) -> Vec<(&str, Severity)> {
        found.iter().map(|finding| (finding.message.as_str(), finding.severity)).collect()
    }

    #[test]
    fn what_another_wrote_names_them() {
        let found = of(RULE, &committed(&with("planned", CAROL), "bob"));
        assert_eq!(found.len(), 1);
        let (message, severity) = said(&found)[0];
        assert!(message.starts_with("this approval was written by `bob` <bob@example.com> in "), "{message}");
        assert!(message.ends_with(" of 2026-01-01, not by `carol`"), "{message}");
        assert_eq!(severity, Severity::Error);
        assert_eq!(found[0].subject.to_string(), "release/r/gates/go/approvals/carol");
        let stranger = of(RULE, &committed(&with("planned", CAROL), "c.jensen"));
        assert!(stranger[0].message.contains("by c.jensen <c.jensen@example.com> in"));
        assert!(stranger[0].help.as_ref().unwrap().contains("if c.jensen@example.com is theirs"));
        assert_eq!(of(RULE, &committed(&with("draft", CAROL), "bob"))[0].severity, Severity::Warning);
        assert!(messages(RULE, &committed(&with("planned", CAROL), "carol")).is_empty());
        let none = with("planned", CAROL).replace("provenance: author", "provenance: none");
        assert!(messages(RULE, &committed(&none, "bob")).is_empty());
    }

    #[test]
    fn a_forged_entry_says_what_it_took_the_place_of_and_what_came_with_it() {
        let noted = CAROL.replace("by: carol", "by: carol, note: Anything goes");
        let text = format!(
            "{}{}",
            committed(&with("planned", CAROL), "carol"),
            committed(&with("planned", &format!("{noted}, criteria: [{{id: a, status: met}}]")), "bob")
        );
        let found = messages(RULE, &text);
        assert!(
            found[0].ends_with(
                ", not by `carol`; it took the place of an entry by `carol`; the same commit wrote the criteria of the gate"
            ),
            "{found:?}"
        );
        // It holds nothing, and yet it is the last.
        let refused = ", approvals: [{role: boss, by: carol, decision: rejected}, {role: boss, by: carol}]";
        let text = format!(
            "{}{}",
            committed(&with("planned", ", approvals: [{role: boss, by: carol, decision: rejected}]"), "carol"),
            committed(&with("planned", refused), "bob")
        );
        assert_eq!(messages(RULE, &text).len(), 1);
    }

    #[test]
    fn what_is_not_committed_is_worth_knowing() {
        let text = format!("{}{}", committed(&with("planned", ""), "bob"), with("planned", CAROL));
        let found = of(RULE, &text);
        assert_eq!(
            said(&found),
            [("this approval by `carol` is not committed yet, so nothing proves it", Severity::Info)]
        );
        assert_eq!(found[0].help.as_deref(), Some("commit it as carol@example.com"));
    }

    #[test]
    fn without_a_history_there_is_one_finding_and_the_gates_are_silent() {
        let text = with("in-progress", &format!(", due: 2026-11-02{CAROL}"));
        assert_eq!(
            said(&of(RULE, &text)),
            [(
                "nothing proves the approval of `r` by `carol`: the portfolio is not in a git repository",
                Severity::Warning
            )]
        );
        assert!(messages("gate-overdue", &text).is_empty());
    }

    #[test]
    fn those_of_releases_that_are_over_are_one_finding_worth_knowing() {
        let other = with("closed", CAROL).replace("id: r", "id: s");
        let other = other.split_once("---\n").unwrap().1;
        let text = format!("{}---\n{other}", with("released", CAROL));
        let found = of(RULE, &committed(&text, "bob"));
        assert_eq!(
            said(&found),
            [("nothing proves that 2 approvals of what is over came from those they name", Severity::Info)]
        );
        assert_eq!(found[0].related.len(), 1);
        assert!(messages(RULE, &committed(&with("cancelled", CAROL), "bob")).is_empty());
    }

    #[test]
    fn approvals_of_changes_are_judged_too() {
        let change = |status: &str| {
            let settings = with("planned", "");
            let (settings, _) = settings.split_once("---\n").unwrap();
            let text = format!(
                "{settings}---\nkind: change\nid: C\nstatus: {status}\napprovals: [{{role: boss, by: carol}}]\n"
            );
            of(RULE, &committed(&text, "bob"))
        };
        let found = change("approved");
        assert_eq!((found.len(), found[0].severity), (1, Severity::Error));
        assert_eq!(found[0].subject.to_string(), "change/C/approvals/carol");
        assert_eq!(
            said(&change("closed")),
            [(
                "nothing proves that the approval of `C` by `carol`, which is over, came from whom it names",
                Severity::Info
            )]
        );
    }
}

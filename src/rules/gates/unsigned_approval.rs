//! `unsigned-approval`.

use crate::analysis::gates::Flaw;
use crate::diagnostic::wording::quoted;
use crate::diagnostic::{Finding, Severity, Subject};
use crate::model::Kind;
use crate::model::facts::{Commit, Signature};
use crate::rules::approvals::{Given, all, commit_words, of_old};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unsigned-approval",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "an approval has to be signed by its approver, and is not",
    docs: r#"## What it does

Where relm.yaml says `approvals: {provenance: signed}`, reports approvals of gates and changes whose commit has the approver as its author, and no
signature by a key that `signing_keys` lists for them: there is none, it is by another key, it does not fit the commit, or it is of a
kind that cannot be verified here. An approval that somebody else wrote is `unverified-approval`.

Only the last approval of a person in a role is judged. Those of releases and changes that are over are one finding that is
worth knowing; those of releases that are called off and of changes that are rejected are left alone.

## Why

The author of a commit is what its maker says. A signature is what only the holder of the key can make; an approval without one
counts for nothing where signatures are asked for.

## How to fix

Have the approver give it again in a signed commit (`git commit -S`, with `gpg.format=ssh`), and list the fingerprint of the key
under their `signing_keys`.

```yaml failing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people: [{id: carol, emails: [carol@example.com], roles: [change-manager]}]
approvals: {provenance: signed}
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

```yaml passing
kind: portfolio
stages: [test, prod]
roles: [change-manager]
people:
  - id: carol
    emails: [carol@example.com]
    roles: [change-manager]
    signing_keys: [{key: "SHA256:scN5x2pQ3D52sc5dFuYKTS88aiGJpxjfRIUQ1bQdsBg"}]
approvals: {provenance: signed}
---
kind: release
id: winter
type: minor
status: planned
gates:
  - id: go-live
    requires: [{role: change-manager}]
    approvals: [{role: change-manager, by: carol}]
# commit by carol@example.com, signed
```
"#,
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut old = Vec::new();
    for given in all(cx).into_iter().filter(|given| given.entry.flaws.contains(&Flaw::Unsigned)) {
        match given.commit() {
            _ if given.is_over => old.push(given),
            Some(commit) => out.push(judge(cx, &given, commit)),
            None => {}
        }
    }
    let is = if old.len() == 1 { "is" } else { "are" };
    let finding = of_old(&old, |which| format!("{which} {is} not signed by a key of the approver"));
    out.extend(
        finding.map(|finding| finding.help("nobody can sign them any more; write down elsewhere how they were given")),
    );
}

fn judge(cx: &Context<'_>, given: &Given<'_, '_>, commit: &Commit) -> Finding {
    let by = &given.entry.approval.by;
    let words = commit_words(commit);
    let (message, help) = match &commit.signature {
        Signature::Missing => {
            let message = format!("this approval by `{by}` came with {words}, which is not signed");
            (message, "give it again in a signed commit: `git commit -S`".to_owned())
        }
        Signature::Valid { fingerprint, people } => {
            let whose = match people.as_slice() {
                [] => "which relm.yaml does not list".to_owned(),
                people => format!("which relm.yaml lists for {}", quoted(people.iter().map(smol_str::SmolStr::as_str))),
            };
            let message =
                format!("this approval by `{by}` came with {words}, signed with the key {fingerprint}, {whose}");
            (
                message,
                format!(
                    "if the key belongs to `{by}`, add it to their `signing_keys`; else have them sign with their own"
                ),
            )
        }
        Signature::Invalid(why) => {
            let message = format!("this approval by `{by}` came with {words}, whose signature is not valid: {why}");
            (message, "find out who changed the commit, and have it given again in a signed one".to_owned())
        }
        Signature::NotVerifiable(kind) => {
            let message =
                format!("this approval by `{by}` came with {words}, whose {kind} signature cannot be verified here");
            (message, "sign with an SSH key: `git config gpg.format ssh`".to_owned())
        }
    };
    let finding = given.finding(message).help(help);
    let Some(person) = cx.portfolio.person(by) else { return finding };
    let words = match person.signing_keys.len() {
        0 => "no `signing_keys` here".to_owned(),
        1 => "1 key is listed here".to_owned(),
        many => format!("{many} keys are listed here"),
    };
    finding.related(person.id.span, Subject::new(Kind::Portfolio.as_str(), "").at(format!("people/{by}")), words)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::testing::{messages, of};

    const RULE: &str = "unsigned-approval";

    fn with(status: &str, commit: &str) -> String {
        format!(
            "kind: portfolio\nstages: [test, prod]\nroles: [boss]\napprovals: {{provenance: signed}}\n\
             people: [{{id: carol, emails: [carol@example.com], roles: [boss]}}]\n---\n\
             kind: release\nid: r\ntype: minor\nstatus: {status}\n\
             gates: [{{id: go, requires: [{{role: boss}}], approvals: [{{role: boss, by: carol}}]}}]\n# commit by {commit}\n"
        )
    }

    #[test]
    fn it_says_what_is_wrong_with_the_signature() {
        let found = of(RULE, &with("planned", "carol@example.com"));
        assert!(found[0].message.ends_with(" of 2026-01-01, which is not signed"), "{}", found[0].message);
        assert_eq!(found[0].related[0].message, "no `signing_keys` here");
        let other = messages(RULE, &with("planned", "carol@example.com, signed"));
        assert!(other[0].contains(", signed with the key SHA256:"), "{other:?}");
        assert!(other[0].ends_with(", which relm.yaml does not list"), "{other:?}");
    }

    #[test]
    fn it_is_asked_for_only_where_the_policy_does_and_of_the_approver() {
        let author = with("planned", "carol@example.com").replace("provenance: signed", "provenance: author");
        assert!(messages(RULE, &author).is_empty());
        assert!(messages(RULE, &with("planned", "bob@example.com")).is_empty());
        assert_eq!(messages("unverified-approval", &with("planned", "bob@example.com")).len(), 1);
    }

    #[test]
    fn what_is_over_is_worth_knowing() {
        let found = of(RULE, &with("closed", "carol@example.com"));
        assert_eq!(
            found[0].message,
            "the approval of `r` by `carol`, which is over, is not signed by a key of the approver"
        );
        assert_eq!(found[0].severity, Severity::Info);
    }
}

//! `change-without-release`.

use crate::analysis::changes::{Carrier, Changes, kind, status};
use crate::diagnostic::wording::with_places;
use crate::diagnostic::{Finding, Severity};
use crate::model::records::{Change, ChangeStatus, ChangeType};
use crate::model::release::Status;
use crate::model::{Identified, Portfolio};
use crate::rules::{Check, Context, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "change-without-release",
    group: Group::Gates,
    severity: Severity::Warning,
    summary: "an approved change that no release carries, or that two releases claim",
    docs: "\
## What it does

Reports a normal or emergency change that is `approved` or `implemented`, when it names no `release`, no release lists it under
`changes:` of its scope, or all that do were cancelled. It also reports a change that names one release while the scope of another
lists it; a composite and its parts are not at odds, and the scopes of releases that are over are left alone. So are changes
that are rejected or closed, and standard changes that nobody carries.

## Why

An approval that no release carries is forgotten, or carried out in the dark. One that two releases claim is judged with the wrong
one.

## How to fix

Name the release in the change, `release: ID`, or list the change in the scope that ships it. Close or reject what will not be done.

```yaml failing
kind: change
id: RFC-7
type: normal
status: approved
```

```yaml failing
kind: project
id: web
---
kind: change
id: RFC-7
status: approved
release: winter
---
kind: release
id: winter
type: minor
---
kind: release
id: spring
type: minor
scope: [{project: web, version: 2.0, changes: [RFC-7]}]
```

```yaml passing
kind: project
id: web
---
kind: change
id: RFC-7
status: approved
---
kind: change
id: RFC-8
status: approved
release: winter
---
kind: release
id: winter
type: minor
scope: [{project: web, version: 2.0, changes: [RFC-7, RFC-8]}]
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    let changes = Changes::new(portfolio, cx.facts);
    for (index, change) in portfolio.changes.iter().enumerate() {
        let is_over = matches!(status(change), ChangeStatus::Rejected | ChangeStatus::Closed);
        if is_over || portfolio.damage.touches(change.span) {
            continue;
        }
        let carriers = changes.carriers(index);
        if carriers.iter().all(|carrier| is_cancelled(portfolio, carrier.release)) {
            out.extend(uncarried(portfolio, change, carriers));
        } else {
            out.extend(claimed_twice(portfolio, change, carriers));
        }
    }
}

/// A change that was approved, and that nothing carries.
fn uncarried(portfolio: &Portfolio, change: &Change, carriers: &[Carrier<'_>]) -> Option<Finding> {
    let status = status(change);
    let matters = matches!(status, ChangeStatus::Approved | ChangeStatus::Implemented);
    // A release that nobody declares is reported as such, and one that cannot be read may list it.
    let may_be_carried = change.release.is_some() && carriers.is_empty() || portfolio.damage.may_name(&change.id);
    if !matters || kind(change) == ChangeType::Standard || may_be_carried {
        return None;
    }
    let id = &change.id;
    let message = match carriers {
        [] => format!("change `{id}` is {status}, and no release carries it"),
        [first, ..] => {
            let release = &portfolio.releases[first.release].id;
            format!("change `{id}` is {status}, and `{release}`, which carried it, was cancelled")
        }
    };
    let finding = Finding::new(id.span, change.subject(), message)
        .help("add `release: ID` with the release that carries it, or set `status: closed` or `rejected`");
    Some(carriers.iter().fold(finding, |finding, carrier| {
        let release = &portfolio.releases[carrier.release];
        let span = release.status.as_ref().map_or(release.id.span, |status| status.span);
        finding.related(span, release.subject(), "cancelled here")
    }))
}

/// A change that names one release while others list it.
fn claimed_twice(portfolio: &Portfolio, change: &Change, carriers: &[Carrier<'_>]) -> Option<Finding> {
    let (named, listing) = carriers.split_first()?;
    if named.by_scope || is_cancelled(portfolio, named.release) {
        return None;
    }
    let is_related = |other: usize| {
        portfolio.ancestors(other).contains(&named.release) || portfolio.ancestors(named.release).contains(&other)
    };
    let is_past = |other: usize| {
        let mut line = std::iter::once(other).chain(portfolio.ancestors(other));
        line.any(|r| portfolio.releases[r].status().is_over())
    };
    let at_odds: Vec<&Carrier<'_>> =
        listing.iter().filter(|carrier| !is_related(carrier.release) && !is_past(carrier.release)).collect();
    let other = &portfolio.releases[at_odds.first()?.release].id;
    let message = format!("change `{}` names release `{}`, but `{other}` lists it too", change.id, named.place);
    let finding = Finding::new(named.place.span, change.subject(), message)
        .help("name the release that carries it in both places, and take it out of the other scope");
    let places =
        at_odds.iter().map(|carrier| (carrier.place.span, portfolio.releases[carrier.release].subject().at("scope")));
    Some(with_places(finding, places, "listed here"))
}

/// Whether a release, or one it is part of, was cancelled.
fn is_cancelled(portfolio: &Portfolio, release: usize) -> bool {
    let mut line = std::iter::once(release).chain(portfolio.ancestors(release));
    line.any(|r| portfolio.releases[r].status() == Status::Cancelled)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{messages, of};

    const RULE: &str = "change-without-release";

    fn judged(change: &str, releases: &str) -> Vec<String> {
        messages(RULE, &format!("kind: change\nid: C\n{change}\n{releases}"))
    }

    fn release(id: &str, more: &str) -> String {
        format!("---\nkind: release\nid: {id}\ntype: minor\n{more}\n")
    }

    const LISTS: &str = "scope: [{project: web, changes: [C]}]";

    #[test]
    fn what_is_approved_needs_a_release() {
        assert_eq!(judged("status: approved", ""), ["change `C` is approved, and no release carries it"]);
        assert_eq!(judged("type: emergency\nstatus: implemented", "").len(), 1);
        for fine in [
            "status: draft",
            "status: submitted",
            "status: rejected",
            "status: closed",
            "type: standard\nstatus: approved",
        ] {
            assert!(judged(fine, "").is_empty(), "{fine}");
        }
        assert!(judged("status: approved", &release("r", LISTS)).is_empty());
        assert!(judged("status: approved\nrelease: r", &release("r", "")).is_empty());
        assert!(judged("status: approved\nrelease: gone", "").is_empty(), "`unknown-reference` says so");
    }

    #[test]
    fn a_cancelled_release_carries_nothing() {
        let cancelled = release("r", "status: cancelled");
        assert_eq!(
            judged("status: approved\nrelease: r", &cancelled),
            ["change `C` is approved, and `r`, which carried it, was cancelled"]
        );
        let part = release("r", "part_of: whole") + &release("whole", "status: cancelled");
        assert_eq!(judged("status: approved\nrelease: r", &part).len(), 1);
        assert!(judged("status: approved\nrelease: r", &(cancelled + &release("next", LISTS))).is_empty());
    }

    #[test]
    fn two_releases_cannot_carry_one_change() {
        let both = |more: &str| release("r", "") + &release("other", &format!("{LISTS}\n{more}"));
        assert_eq!(
            judged("status: approved\nrelease: r", &both("")),
            ["change `C` names release `r`, but `other` lists it too"]
        );
        assert_eq!(judged("status: submitted\nrelease: r", &both("")).len(), 1);
        assert!(judged("status: closed\nrelease: r", &both("")).is_empty());
        assert!(judged("status: approved\nrelease: r", &both("status: released")).is_empty());
        assert!(judged("status: approved\nrelease: r", &both("part_of: r")).is_empty());
        let twice = release("r", LISTS) + &release("other", LISTS);
        assert!(judged("type: standard\nstatus: approved", &twice).is_empty());
    }

    #[test]
    fn the_places_are_the_ids() {
        let text = format!(
            "kind: change\nid: C\nstatus: approved\nrelease: r\n{}{}",
            release("r", ""),
            release("other", LISTS)
        );
        let found = of(RULE, &text);
        assert_eq!(found[0].subject.to_string(), "change/C");
        assert_eq!(found[0].related[0].subject.to_string(), "release/other/scope");
    }
}

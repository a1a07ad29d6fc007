//! `idle-environment`.

use chrono::TimeDelta;

use crate::diagnostic::{Finding, Severity};
use crate::model::Identified;
use crate::model::environment::Provisioning;
use crate::rules::bookings::today;
use crate::rules::{Check, Context, Group, Rule};
use crate::time::{Interval, zone};

/// Days without a booking after which an environment is idle, unless `relm.yaml` sets `max`.
const DAYS: u32 = 90;

/// The rule.
pub static RULE: Rule = Rule {
    name: "idle-environment",
    group: Group::Environments,
    severity: Severity::Info,
    summary: "nothing is booked in an environment that stands all the time",
    docs: "\
## What it does

Reports a persistent environment, other than those of the last stage, in which nothing is booked from today on for 90 days;
`idle-environment: {max: 30}` under `rules` sets another number of days. A portfolio that books nothing anywhere is left alone.

## Why

It costs money and patching while nobody uses it.

## How to fix

Let it go, make it `provisioning: on-demand`, or book it.

```yaml failing
kind: environment
id: uat-1
stage: test
---
kind: environment
id: uat-2
stage: test
bookings: [{id: load-test, from: 2026-11-23, to: 2026-11-24}]
```

```yaml passing
kind: environment
id: uat-1
stage: test
provisioning: on-demand
---
kind: environment
id: uat-2
stage: test
bookings: [{id: load-test, from: 2026-11-23, to: 2026-11-24}]
```
",
    check: Check::Portfolio(check),
};

fn check(cx: &Context<'_>, out: &mut Vec<Finding>) {
    let portfolio = cx.portfolio;
    let occupancy = cx.occupancy();
    if occupancy.bookings().is_empty() {
        return;
    }
    let setting = portfolio.settings.rules.get(RULE.name).and_then(|setting| setting.max.as_ref());
    let days = setting.map_or(DAYS, |max| max.value);
    let now = today(cx);
    let Some(end) = now.checked_add_signed(TimeDelta::days(days.into())) else { return };
    let Some(span) = Interval::new(now, end) else { return };
    for (index, environment) in portfolio.environments.iter().enumerate() {
        let stands = environment.provisioning.unwrap_or(Provisioning::Persistent) == Provisioning::Persistent;
        let counts = portfolio.stage_order(&environment.stage).is_some() && !portfolio.is_production(&environment.id);
        let bookings = occupancy.of(index);
        let is_used = bookings.iter().any(|booking| booking.held().overlaps(&span));
        // What could not be read may have booked it.
        if !stands || !counts || is_used || portfolio.damage.may_name(&environment.id) {
            continue;
        }
        let zone = portfolio.zone_of(environment);
        let day = |at| zone::local(at, zone).date();
        let next = bookings.iter().map(|booking| booking.held_from).filter(|from| *from >= end).min();
        let last = bookings.iter().map(|booking| booking.time.end).filter(|end| *end <= now).max();
        let then = next.map_or(String::new(), |next| format!("; the next booking begins on {}", day(next)));
        let before = last
            .map_or(String::new(), |last| format!("; the last booking ended on {}", day(last - TimeDelta::seconds(1))));
        let message = format!("nothing is booked in `{}` for {days} days{before}{then}", environment.id);
        let help = "let it go, make it `provisioning: on-demand`, or book it; `max` under `rules` sets the days";
        out.push(Finding::new(environment.id.span, environment.subject(), message).help(help));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    const RULE: &str = "idle-environment";

    fn text(bookings: &str, more: &str) -> String {
        format!(
            "kind: environment\nid: busy\nstage: test\nbookings: [{{id: b, from: 2026-11-16, to: 2026-11-16}}]\n---\n\
             kind: environment\nid: uat\nstage: test\nbookings: [{bookings}]\n{more}"
        )
    }

    #[test]
    fn nothing_now_and_for_ninety_days() {
        assert_eq!(messages(RULE, &text("", "")), ["nothing is booked in `uat` for 90 days"]);
        let around = "{id: b, from: 2026-11-12, to: 2026-11-15}, {id: c, from: 2027-02-14, to: 2027-02-14}";
        assert_eq!(
            messages(RULE, &text(around, "")),
            [
                "nothing is booked in `uat` for 90 days; the last booking ended on 2026-11-15; the next booking begins on 2027-02-14"
            ]
        );
        assert!(messages(RULE, &text("{id: b, from: 2026-11-12, to: 2026-11-16}", "")).is_empty());
        assert!(messages(RULE, &text("{id: b, from: 2027-02-13, to: 2027-02-14}", "")).is_empty());
    }

    #[test]
    fn production_and_what_is_made_on_demand_may_be_idle() {
        assert!(messages(RULE, &text("", "").replace("id: uat\nstage: test", "id: uat\nstage: prod")).is_empty());
        assert!(messages(RULE, &text("", "provisioning: on-demand\n")).is_empty());
        assert!(messages(RULE, "kind: environment\nid: uat\nstage: test\n").is_empty(), "nobody books anything");
    }

    #[test]
    fn the_portfolio_sets_the_days() {
        let settings = "kind: portfolio\nstages: [dev, test, prod]\nrules: {idle-environment: {max: 10}}\n---\n";
        let booking = "{id: b, from: 2026-12-01, to: 2026-12-01}";
        assert!(messages(RULE, &text(booking, "")).is_empty());
        assert_eq!(messages(RULE, &format!("{settings}{}", text(booking, ""))).len(), 1);
    }
}

//! Runs the rules, resolves severities, and honours the comments that allow findings.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{Check, Context, PhaseRef, RULES, ReleaseRef, Rule};
use crate::diagnostic::{Finding, Level};
use crate::model::{Allow, Portfolio};

/// Fewer releases than this are judged sooner than threads are started.
const WORTH_THREADS: usize = 64;

/// What the rules found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is left, with its severity, in the order of rules.
    pub findings: Vec<Finding>,
    /// How many findings comments allowed.
    pub allowed: usize,
}

/// Judges a portfolio. `loaded` are the findings of reading; they get their severity here too. Rules that are off are not
/// run. `only` limits the run to rules of these names, when there are any.
pub fn run(cx: &Context<'_>, loaded: &[Finding], only: &[&str]) -> Outcome {
    let mut runner = Runner {
        cx,
        loaded,
        allows: Allows::new(&cx.portfolio.allows),
        used: vec![false; cx.portfolio.allows.len()],
        outcome: Outcome::default(),
    };
    let wanted = |rule: &&&Rule| only.is_empty() || only.contains(&rule.name);
    let (last, first): (Vec<&&Rule>, Vec<_>) =
        RULES.iter().filter(wanted).partition(|rule| matches!(rule.check, Check::Allows(_)));
    runner.judge(&first);
    // A run of some rules cannot tell which comments are of use.
    if only.is_empty() {
        runner.judge(&last);
    }
    runner.outcome
}

struct Runner<'c, 'p> {
    cx: &'c Context<'p>,
    loaded: &'c [Finding],
    allows: Allows<'p>,
    used: Vec<bool>,
    outcome: Outcome,
}

impl Runner<'_, '_> {
    /// Judges by all of these rules at the same time; what they found is taken in their order.
    fn judge(&mut self, rules: &[&&Rule]) {
        let found: Vec<Vec<Finding>> = if self.cx.portfolio.releases.len() < WORTH_THREADS {
            rules.iter().map(|rule| self.found(rule)).collect()
        } else {
            rules.par_iter().with_max_len(1).map(|rule| self.found(rule)).collect()
        };
        for (rule, found) in rules.iter().zip(found) {
            self.keep(rule, found);
        }
    }

    fn keep(&mut self, rule: &Rule, found: Vec<Finding>) {
        let Level::At(severity) = level(self.cx.portfolio, rule) else { return };
        for mut finding in found {
            finding.rule = rule.name;
            finding.severity = finding.at_most.map_or(severity, |bound| severity.min(bound));
            let allowing = self.allows.of(&finding);
            if allowing.is_empty() {
                self.outcome.findings.push(finding);
            } else {
                self.outcome.allowed += 1;
                for index in allowing {
                    self.used[index] = true;
                }
            }
        }
    }

    fn found(&self, rule: &Rule) -> Vec<Finding> {
        let cx = self.cx;
        if level(cx.portfolio, rule) == Level::Off {
            return Vec::new();
        }
        let mut found: Vec<Finding> = self.loaded.iter().filter(|finding| finding.rule == rule.name).cloned().collect();
        match rule.check {
            Check::Loader => {}
            Check::Portfolio(check) => check(cx, &mut found),
            Check::Release(check) => each_release(cx, &mut |release| check(cx, release, &mut found)),
            Check::Phase(check) => each_release(cx, &mut |release| {
                for (index, (phase, schedule)) in
                    release.release.phases.iter().zip(&release.schedule.phases).enumerate()
                {
                    check(cx, PhaseRef { release, index, phase, schedule }, &mut found);
                }
            }),
            Check::Allows(check) => check(cx, &self.used, &mut found),
        }
        found
    }
}

fn each_release(cx: &Context<'_>, visit: &mut dyn FnMut(ReleaseRef<'_>)) {
    for (index, (release, schedule)) in cx.portfolio.releases.iter().zip(&cx.schedule.releases).enumerate() {
        visit(ReleaseRef { index, release, schedule });
    }
}

/// The level of a rule in a portfolio.
pub fn level(portfolio: &Portfolio, rule: &Rule) -> Level {
    let setting = portfolio.settings.rules.get(rule.name).and_then(|setting| setting.level);
    setting.unwrap_or(Level::At(rule.severity))
}

/// Finds the comments that allow a finding: those above the line of its primary place.
struct Allows<'p> {
    by_rule: HashMap<&'p str, Vec<(usize, &'p Allow)>>,
}

impl<'p> Allows<'p> {
    fn new(allows: &'p [Allow]) -> Self {
        let mut by_rule: HashMap<&str, Vec<_>> = HashMap::new();
        for (index, allow) in allows.iter().enumerate() {
            by_rule.entry(&allow.rule).or_default().push((index, allow));
        }
        Self { by_rule }
    }

    fn of(&self, finding: &Finding) -> Vec<usize> {
        let Some(allows) = self.by_rule.get(finding.rule) else { return Vec::new() };
        let at = finding.span.start;
        let covers = |allow: &Allow| {
            allow.span.file == finding.span.file && (allow.target_start..allow.target_end).contains(&at)
        };
        allows.iter().filter(|(_, allow)| covers(allow)).map(|(index, _)| *index).collect()
    }
}

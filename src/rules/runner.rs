//! Runs the rules, resolves severities, and honours the comments that allow findings.

use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;

use super::{Check, Context, Manifests, PhaseRef, RULES, ReleaseRef, Rule};
use crate::diagnostic::{Finding, Level};
use crate::model::{Allow, Portfolio};

/// So many releases are judged by every rule before the next are looked at: they stay in the cache meanwhile.
const TOGETHER: usize = 128;

/// What is left after severities and comments.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is left, with its severity, in the order of rules.
    pub findings: Vec<Finding>,
    /// How many findings comments allowed.
    pub allowed: usize,
}

/// What rules found, rule by rule in the order of [`RULES`].
#[derive(Debug)]
pub struct Found(Vec<Vec<Finding>>);

impl Found {
    fn nothing() -> Self {
        Self(vec![Vec::new(); RULES.len()])
    }

    /// Adds what pieces of the work found, in the order of the pieces.
    fn extend(&mut self, pieces: Vec<Vec<(usize, Vec<Finding>)>>) {
        for (rule, found) in pieces.into_iter().flatten() {
            self.0[rule].extend(found);
        }
    }
}

/// Judges a portfolio. `loaded` are the findings of reading; they get their severity here too. Rules that are off are not
/// run. `only` limits the run to rules of these names, when there are any.
pub fn run(cx: &Context<'_>, loaded: &[Finding], only: &[&str]) -> Outcome {
    conclude(cx, loaded, judge_manifests(&cx.manifests(), only), only)
}

/// The first part of a run: the rules that need no plan.
pub fn judge_manifests(manifests: &Manifests<'_>, only: &[&str]) -> Found {
    let mut found = Found::nothing();
    let checks: Vec<_> = wanted(manifests.portfolio, only)
        .filter_map(|(rule, check)| match check {
            Check::Manifests(check) => Some((rule, check)),
            _ => None,
        })
        .collect();
    let judge = |&(rule, check): &(usize, fn(&Manifests<'_>, &mut Vec<Finding>))| {
        let mut found = Vec::new();
        check(manifests, &mut found);
        vec![(rule, found)]
    };
    found.extend(each(manifests.portfolio, &checks, judge));
    found
}

/// The rest of a run: the rules that look at the plan, the severities, and the comments that allow findings. `early` is
/// what the first part found.
pub fn conclude(cx: &Context<'_>, loaded: &[Finding], early: Found, only: &[&str]) -> Outcome {
    let mut found = early;
    let (mut pieces, mut of_releases) = (Vec::new(), Vec::new());
    for (rule, check) in wanted(cx.portfolio, only) {
        match check {
            Check::Portfolio(check) => pieces.push(Piece::Whole(rule, check)),
            Check::Release(_) | Check::Phase(_) => of_releases.push((rule, check)),
            Check::Loader | Check::Manifests(_) | Check::Allows(_) => {}
        }
    }
    let releases = cx.portfolio.releases.len();
    if !of_releases.is_empty() {
        let starts = (0..releases).step_by(TOGETHER);
        pieces.extend(starts.map(|start| Piece::Releases(start..releases.min(start + TOGETHER), &of_releases)));
    }
    found.extend(each(cx.portfolio, &pieces, |piece| piece.judge(cx)));

    let portfolio = cx.portfolio;
    let mut sieve = Sieve {
        portfolio,
        allows: Allows::new(&portfolio.allows),
        used: vec![false; portfolio.allows.len()],
        outcome: Outcome::default(),
    };
    for (index, found) in found.0.into_iter().enumerate() {
        let rule = RULES[index];
        if only.is_empty() || only.contains(&rule.name) {
            let read = loaded.iter().filter(|finding| finding.rule == rule.name).cloned();
            sieve.keep(rule, read.chain(found));
        }
    }
    // A run of some rules cannot tell which comments are of use.
    for (index, check) in wanted(portfolio, only).filter(|_| only.is_empty()) {
        if let Check::Allows(check) = check {
            let mut found = Vec::new();
            check(cx, &sieve.used, &mut found);
            sieve.keep(RULES[index], found);
        }
    }
    sieve.outcome
}

/// The rules that are on and asked for, by index.
fn wanted(portfolio: &Portfolio, only: &[&str]) -> impl Iterator<Item = (usize, Check)> {
    let is_wanted =
        |rule: &Rule| (only.is_empty() || only.contains(&rule.name)) && level(portfolio, rule) != Level::Off;
    RULES.iter().enumerate().filter(move |(_, rule)| is_wanted(rule)).map(|(index, rule)| (index, rule.check))
}

/// Does all pieces of some work at the same time where that is worth it; the answers are in the order of the pieces.
fn each<T: Sync, R: Send>(portfolio: &Portfolio, pieces: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if portfolio.is_large() {
        pieces.par_iter().with_max_len(1).map(work).collect()
    } else {
        pieces.iter().map(work).collect()
    }
}

/// A piece of the work, with the rules by index.
enum Piece<'r> {
    /// A rule that looks at everything.
    Whole(usize, fn(&Context<'_>, &mut Vec<Finding>)),
    /// Rules that look at one release at a time, and some releases.
    Releases(Range<usize>, &'r [(usize, Check)]),
}

impl Piece<'_> {
    fn judge(&self, cx: &Context<'_>) -> Vec<(usize, Vec<Finding>)> {
        match self {
            Self::Whole(rule, check) => {
                let mut found = Vec::new();
                check(cx, &mut found);
                vec![(*rule, found)]
            }
            Self::Releases(range, rules) => {
                let mut found: Vec<_> = rules.iter().map(|(rule, _)| (*rule, Vec::new())).collect();
                for index in range.clone() {
                    let (release, schedule) = (&cx.portfolio.releases[index], &cx.schedule.releases[index]);
                    for ((_, check), (_, found)) in rules.iter().zip(&mut found) {
                        judge_release(cx, *check, ReleaseRef { index, release, schedule }, found);
                    }
                }
                found
            }
        }
    }
}

fn judge_release(cx: &Context<'_>, check: Check, release: ReleaseRef<'_>, found: &mut Vec<Finding>) {
    match check {
        Check::Release(check) => check(cx, release, found),
        Check::Phase(check) => {
            for (index, (phase, schedule)) in release.release.phases.iter().zip(&release.schedule.phases).enumerate() {
                check(cx, PhaseRef { release, index, phase, schedule }, found);
            }
        }
        _ => {}
    }
}

/// Gives findings their severity, and leaves out those that comments allow.
struct Sieve<'p> {
    portfolio: &'p Portfolio,
    allows: Allows<'p>,
    used: Vec<bool>,
    outcome: Outcome,
}

impl Sieve<'_> {
    fn keep(&mut self, rule: &Rule, found: impl IntoIterator<Item = Finding>) {
        let Level::At(severity) = level(self.portfolio, rule) else { return };
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

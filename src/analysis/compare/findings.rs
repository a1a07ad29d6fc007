//! Findings of two sides: which of them are the same.

use std::collections::HashMap;

use crate::diagnostic::{Finding, Subject};
use crate::model::Kind;

/// What rules find only at one side. Two findings are the same when rule, subject and related subjects are, never line or
/// wording.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings<'f> {
    /// Those that were not there before, in their order.
    pub new: Vec<&'f Finding>,
    /// Those that are gone, in their order.
    pub fixed: Vec<&'f Finding>,
    /// How many both sides have.
    pub unchanged: usize,
}

impl Findings<'_> {
    /// Those that were not there before, for callers that go on with them.
    pub fn introduced(&self) -> Vec<Finding> {
        self.new.iter().copied().cloned().collect()
    }

    /// Those that are gone.
    pub fn resolved(&self) -> Vec<Finding> {
        self.fixed.iter().copied().cloned().collect()
    }
}

/// Compares what rules find at two sides. Of several that are the same the later ones are new, or gone.
pub fn compare<'f>(before: &'f [Finding], after: &'f [Finding]) -> Findings<'f> {
    let mut counts: HashMap<_, usize> = HashMap::new();
    for finding in before {
        *counts.entry(finding.identity()).or_default() += 1;
    }
    let mut matched: HashMap<_, usize> = HashMap::new();
    let mut compared = Findings::default();
    for finding in after {
        match counts.get_mut(&finding.identity()) {
            Some(left) if *left > 0 => {
                *left -= 1;
                *matched.entry(finding.identity()).or_default() += 1;
                compared.unchanged += 1;
            }
            _ => compared.new.push(finding),
        }
    }
    for finding in before {
        match matched.get_mut(&finding.identity()) {
            Some(left) if *left > 0 => *left -= 1,
            _ => compared.fixed.push(finding),
        }
    }
    compared.pair_moved();
    compared
}

/// Whether a subject is known only by the path of its file: a log, or a file that is not understood.
fn is_file(subject: &Subject) -> bool {
    let logs = [Kind::Deployments, Kind::Incidents, Kind::Pipelines];
    subject.kind.is_empty() || logs.iter().any(|kind| kind.as_str() == subject.kind)
}

impl<'f> Findings<'f> {
    /// What has no id is known by its file, and the file may have been moved: such findings are the same when the same rule
    /// says the same.
    fn pair_moved(&mut self) {
        let said = |it: &&'f Finding| (it.rule, &*it.subject.kind, &*it.subject.path, &*it.message);
        let mut gone: HashMap<_, usize> = HashMap::new();
        self.fixed.iter().filter(|it| is_file(&it.subject)).for_each(|it| *gone.entry(said(it)).or_default() += 1);
        if gone.is_empty() {
            return;
        }
        let mut same: HashMap<_, usize> = HashMap::new();
        self.new.retain(|it| match gone.get_mut(&said(it)) {
            Some(left) if *left > 0 && is_file(&it.subject) => {
                *left -= 1;
                *same.entry(said(it)).or_default() += 1;
                false
            }
            _ => true,
        });
        self.unchanged += same.values().sum::<usize>();
        self.fixed.retain(|it| match same.get_mut(&said(it)) {
            Some(left) if *left > 0 && is_file(&it.subject) => {
                *left -= 1;
                false
            }
            _ => true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Span;

    fn finding(rule: &'static str, id: &str, message: &str) -> Finding {
        Finding::new(Span::default(), Subject::new("release", id), message).rule(rule)
    }

    #[test]
    fn neither_wording_nor_place_makes_a_finding_new() {
        let mut moved = finding("a", "x", "three days late");
        moved.span.start = 7;
        let (before, after) = ([finding("a", "x", "two days late")], [moved]);
        assert_eq!(compare(&before, &after), Findings { unchanged: 1, ..Findings::default() });
    }

    #[test]
    fn a_log_that_was_moved_has_no_new_findings() {
        let of = |file: &str, message: &str| {
            Finding::new(Span::default(), Subject::new("deployments", file), message).rule("unknown-reference")
        };
        let (before, after) = ([of("a.yaml", "no `x`"), of("a.yaml", "no `y`")], [of("b.yaml", "no `x`")]);
        let compared = compare(&before, &after);
        assert_eq!((compared.new.len(), compared.unchanged), (0, 1));
        assert_eq!(compared.fixed, [&before[1]]);
        assert_eq!(compare(&[finding("a", "x", "")], &[finding("a", "y", "")]).new.len(), 1, "releases have ids");
    }

    #[test]
    fn what_stands_twice_is_counted() {
        let one = |rule| finding(rule, "x", "");
        let (before, after) = ([one("a"), one("a"), one("b")], [one("a"), one("c"), one("c")]);
        let compared = compare(&before, &after);
        let rules = |findings: &[&Finding]| findings.iter().map(|it| it.rule).collect::<Vec<_>>();
        assert_eq!((rules(&compared.new), rules(&compared.fixed)), (vec!["c", "c"], vec!["a", "b"]));
        assert_eq!(compared.unchanged, 1);
    }
}

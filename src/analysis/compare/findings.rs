//! Findings of two sides: which of them are the same.

use std::collections::HashMap;

use crate::diagnostic::Finding;

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
    compared
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Span, Subject};

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
    fn what_stands_twice_is_counted() {
        let one = |rule| finding(rule, "x", "");
        let (before, after) = ([one("a"), one("a"), one("b")], [one("a"), one("c"), one("c")]);
        let compared = compare(&before, &after);
        let rules = |findings: &[&Finding]| findings.iter().map(|it| it.rule).collect::<Vec<_>>();
        assert_eq!((rules(&compared.new), rules(&compared.fixed)), (vec!["c", "c"], vec!["a", "b"]));
        assert_eq!(compared.unchanged, 1);
    }
}

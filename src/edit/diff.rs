//! Which lines differ between two texts.

/// The most pairs of lines that are compared; beyond, everything between the first and the last difference counts as one.
const MOST_PAIRS: usize = 4_000_000;

/// A line that one of two texts has and the other has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffLine<'t> {
    /// A line of the old text, with its number there, from 1.
    Removed(usize, &'t str),
    /// A line of the new text, with its number there, from 1.
    Added(usize, &'t str),
}

/// The fewest lines to remove and to add, in the order of the texts, without line ends; lines that are removed stand before
/// those that come in their place.
pub fn diff<'t>(old: &'t str, new: &'t str) -> Vec<DiffLine<'t>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let common = Common::of(old, new);
    let mut lines = Vec::new();
    let (mut at, mut to) = (0, 0);
    while at < old.len() || to < new.len() {
        let same = at < old.len() && to < new.len() && old[at] == new[to];
        if same && common.from(at, to) == common.from(at + 1, to + 1) + 1 {
            (at, to) = (at + 1, to + 1);
        } else if at < old.len() && (to == new.len() || common.from(at + 1, to) >= common.from(at, to + 1)) {
            lines.push(DiffLine::Removed(head + at + 1, old[at]));
            at += 1;
        } else {
            lines.push(DiffLine::Added(head + to + 1, new[to]));
            to += 1;
        }
    }
    lines
}

/// How many lines the ends of two texts have in common, in the same order.
struct Common {
    counts: Vec<u32>,
    width: usize,
}

impl Common {
    fn of(old: &[&str], new: &[&str]) -> Self {
        if old.len().saturating_mul(new.len()) > MOST_PAIRS {
            return Self { counts: Vec::new(), width: 0 };
        }
        let width = new.len() + 1;
        let mut counts = vec![0; (old.len() + 1) * width];
        for at in (0..old.len()).rev() {
            for to in (0..new.len()).rev() {
                let (below, beside) = (counts[(at + 1) * width + to], counts[at * width + to + 1]);
                counts[at * width + to] =
                    if old[at] == new[to] { counts[(at + 1) * width + to + 1] + 1 } else { below.max(beside) };
            }
        }
        Self { counts, width }
    }

    fn from(&self, at: usize, to: usize) -> u32 {
        self.counts.get(at * self.width + to).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(old: &str, new: &str) -> Vec<String> {
        let line = |line: &DiffLine<'_>| match line {
            DiffLine::Removed(number, text) => format!("-{number} {text}"),
            DiffLine::Added(number, text) => format!("+{number} {text}"),
        };
        diff(old, new).iter().map(line).collect()
    }

    #[test]
    fn lines_are_found_wherever_they_are() {
        assert_eq!(shown("a\nb\nc\n", "a\nb\nx\nc\n"), ["+3 x"]);
        assert_eq!(shown("a\nb\n", "a\nb\nb\n"), ["+3 b"]);
        assert_eq!(shown("a: []\n", "a: [1]\n"), ["-1 a: []", "+1 a: [1]"]);
        assert_eq!(shown("a", "a\r\nb\r\n"), ["+2 b"]);
        assert_eq!(shown("a\nb\nc\nd\n", "x\nb\nc\ny\n"), ["-1 a", "+1 x", "-4 d", "+4 y"]);
        assert!(shown("a\n", "a\n").is_empty());
    }

    #[test]
    fn very_different_texts_are_not_compared_for_long() {
        let text = |word: &str| (0..3000).map(|n| format!("{word} {n}\n")).collect::<Vec<_>>().concat();
        assert_eq!(diff(&text("a"), &text("b")).len(), 6000);
    }

    proptest! {
        #[test]
        fn what_is_left_is_the_other_text(old in "[ab\n]{0,40}", new in "[ab\n]{0,40}") {
            let found = diff(&old, &new);
            let mut lines: Vec<&str> = old.lines().collect();
            for line in found.iter().rev() {
                if let DiffLine::Removed(number, text) = line {
                    prop_assert_eq!(lines.remove(number - 1), *text);
                }
            }
            for line in &found {
                if let DiffLine::Added(number, text) = line {
                    lines.insert(number - 1, text);
                }
            }
            prop_assert_eq!(lines, new.lines().collect::<Vec<_>>());
        }
    }
}

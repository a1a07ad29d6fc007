//! Words and lists that several rules share.

use crate::diagnostic::{Finding, Span, Subject};

/// How many names or places one finding shows before it counts the rest.
const SHOWN: usize = 6;

/// `` `a`, `b` and `c` ``; beyond six names the rest is counted.
pub fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    listed(names.into_iter().map(|name| format!("`{name}`")).collect())
}

/// `a, b and c`; beyond six the rest is counted.
pub fn listed(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(SHOWN);
    if more > 1 {
        names.truncate(SHOWN);
        return format!("{} and {more} more", names.join(", "));
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// `1 booking`, `3 bookings`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// Adds the first places of a list to a finding, with the same words for each.
pub fn with_places(finding: Finding, places: impl IntoIterator<Item = (Span, Subject)>, words: &str) -> Finding {
    places.into_iter().take(SHOWN).fold(finding, |finding, (span, subject)| finding.related(span, subject, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(quoted([]), "");
        assert_eq!(quoted(["a"]), "`a`");
        assert_eq!(quoted(["a", "b"]), "`a` and `b`");
        assert_eq!(quoted(["a", "b", "c", "d", "e", "f", "g"]), "`a`, `b`, `c`, `d`, `e`, `f` and `g`");
        assert_eq!(quoted(["a", "b", "c", "d", "e", "f", "g", "h"]), "`a`, `b`, `c`, `d`, `e`, `f` and 2 more");
    }
}

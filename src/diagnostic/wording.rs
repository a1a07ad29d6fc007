//! Numbers, names and lists as every sentence for people says them.

use std::fmt::Display;

use super::{Finding, Span, Subject};

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
pub fn plural<N: Copy + Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    let ending = if number == N::from(1) { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// `1 criterion`, `3 criteria`.
pub fn plural_of<N: Copy + Display + PartialEq + From<u8>>(number: N, one: &str, many: &str) -> String {
    let noun = if number == N::from(1) { one } else { many };
    format!("{number} {noun}")
}

/// `3 days late`, `on time`, `2 days early`.
pub fn lateness(days: i64) -> String {
    match days {
        0 => "on time".to_owned(),
        1.. => format!("{} late", plural(days, "day")),
        _ => format!("{} early", plural(days.unsigned_abs(), "day")),
    }
}

/// Adds the first places of a list to a finding, with the same words for each.
pub fn with_places(finding: Finding, places: impl IntoIterator<Item = (Span, Subject)>, words: &str) -> Finding {
    places.into_iter().take(SHOWN).fold(finding, |finding, (span, subject)| finding.related(span, subject, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!(plural(0_usize, "day"), "0 days");
        assert_eq!(plural(1_i64, "working day"), "1 working day");
        assert_eq!(plural_of(2_u32, "criterion", "criteria"), "2 criteria");
        assert_eq!(lateness(1), "1 day late");
        assert_eq!(lateness(0), "on time");
        assert_eq!(lateness(-2), "2 days early");
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(quoted([]), "");
        assert_eq!(quoted(["a"]), "`a`");
        assert_eq!(quoted(["a", "b"]), "`a` and `b`");
        assert_eq!(quoted(["a", "b", "c", "d", "e", "f", "g"]), "`a`, `b`, `c`, `d`, `e`, `f` and `g`");
        assert_eq!(quoted(["a", "b", "c", "d", "e", "f", "g", "h"]), "`a`, `b`, `c`, `d`, `e`, `f` and 2 more");
    }
}

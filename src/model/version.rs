//! Versions of any scheme, compared part by part, and requirements on them.

use std::cmp::Ordering;
use std::fmt;

/// Compares two versions: split at `.`, `-`, `_`, `+` and where digits meet letters; numbers compare as numbers; a part
/// that is missing sorts after letters (`1.0rc1` < `1.0`) and before numbers (`1.0` < `1.0.1`); else by bytes.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (parts(a), parts(b));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (Some(part), None) => beyond(part),
            (None, Some(part)) => beyond(part).reverse(),
            (Some(x), Some(y)) => compare_parts(x, y),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// How a version with one more part compares with the version without it. Trailing zeros add nothing: `1.0` = `1.0.0`.
fn beyond(part: &str) -> Ordering {
    if !is_number(part) {
        Ordering::Less
    } else if part.bytes().all(|b| b == b'0') {
        Ordering::Equal
    } else {
        Ordering::Greater
    }
}

fn is_number(part: &str) -> bool {
    part.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

fn compare_parts(x: &str, y: &str) -> Ordering {
    match (is_number(x), is_number(y)) {
        (true, true) => {
            let (x, y) = (x.trim_start_matches('0'), y.trim_start_matches('0'));
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        }
        // A letter part sorts before its absence, and a number stands where the letters are absent.
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => x.cmp(y),
    }
}

/// One text for all versions that [`compare`] as equal: `v1.02.0` and `1.2` are the same.
pub fn canonical(version: &str) -> String {
    let mut text = String::with_capacity(version.len());
    // Where the text ends without the zeros at its end.
    let mut end = 0;
    for (index, part) in parts(version).enumerate() {
        if index > 0 {
            text.push('.');
        }
        text.push_str(if is_number(part) { part.trim_start_matches('0') } else { part });
        if !beyond(part).is_eq() {
            end = text.len();
        }
    }
    text.truncate(end);
    text
}

/// Whether two versions belong to one line of maintenance: they differ in their last part at most.
pub fn same_line(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (parts(a).peekable(), parts(b).peekable());
    loop {
        let (x, y) = (a.next(), b.next());
        match (a.peek().is_some(), b.peek().is_some()) {
            (true, true) if x == y => {}
            (more, as_well) => return !more && !as_well && x.is_some() == y.is_some(),
        }
    }
}

fn parts(version: &str) -> impl Iterator<Item = &str> {
    // A leading `v` before a digit is how tags are written, no part of the version.
    let version = match version.strip_prefix(['v', 'V']) {
        Some(rest) if is_number(rest) => rest,
        _ => version,
    };
    version.split(['.', '-', '_', '+']).filter(|part| !part.is_empty()).flat_map(|part| {
        let mut rest = part;
        std::iter::from_fn(move || {
            let first = rest.as_bytes().first()?.is_ascii_digit();
            let end = rest.find(|c: char| c.is_ascii_digit() != first).unwrap_or(rest.len());
            let (head, tail) = rest.split_at(end);
            rest = tail;
            Some(head)
        })
    })
}

/// A condition on a version: all clauses must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    clauses: Vec<(Operator, Box<str>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    More,
    AtLeast,
    Less,
    AtMost,
}

const OPERATORS: [(&str, Operator); 7] = [
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("!=", Operator::NotEqual),
    ("==", Operator::Equal),
    (">", Operator::More),
    ("<", Operator::Less),
    ("=", Operator::Equal),
];

/// A requirement that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequirementError(String);

impl fmt::Display for RequirementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a version requirement; write clauses such as `>=3.2, <4`",
            super::decode::abridge(&self.0)
        )
    }
}

impl std::error::Error for RequirementError {}

impl Requirement {
    /// Reads `>=3.2, <4`; a bare version means exactly that version.
    pub fn parse(text: &str) -> Result<Self, RequirementError> {
        let fail = || RequirementError(text.to_owned());
        let clauses = text.split(',').map(|clause| {
            let clause = clause.trim();
            let (operator, version) = OPERATORS
                .into_iter()
                .find_map(|(sign, operator)| clause.strip_prefix(sign).map(|rest| (operator, rest.trim())))
                .unwrap_or((Operator::Equal, clause));
            let plausible =
                version.starts_with(|c: char| c.is_alphanumeric()) && !version.contains(char::is_whitespace);
            if plausible { Ok((operator, version.into())) } else { Err(fail()) }
        });
        Ok(Self { clauses: clauses.collect::<Result<_, _>>()? })
    }

    /// Whether `version` meets every clause.
    pub fn holds(&self, version: &str) -> bool {
        self.clauses.iter().all(|(operator, bound)| {
            let order = compare(version, bound);
            match operator {
                Operator::Equal => order.is_eq(),
                Operator::NotEqual => order.is_ne(),
                Operator::More => order.is_gt(),
                Operator::AtLeast => order.is_ge(),
                Operator::Less => order.is_lt(),
                Operator::AtMost => order.is_le(),
            }
        })
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (operator, version)) in self.clauses.iter().enumerate() {
            let sign = OPERATORS.iter().find(|(_, other)| other == operator).map_or("=", |(sign, _)| sign);
            let sign = if sign == "==" { "=" } else { sign };
            write!(f, "{}{sign}{version}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn orders_versions_of_many_schemes() {
        let ascending = [
            "1.0a1", "1.0b2", "1.0rc1", "1.0rc2", "1.0rc10", "1.0", "1.0.1", "1.9", "1.10", "2.0-beta", "2", "2026.12",
        ];
        for pair in ascending.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(compare("26.0.0.0rc1", "26.0.0"), Ordering::Less);
        assert_eq!(compare("v1.2", "1.2.0"), Ordering::Equal);
        assert_eq!(compare("1.02", "1.2"), Ordering::Equal);
    }

    #[test]
    fn equal_versions_have_one_text() {
        let versions =
            ["1", "1.0", "v1.0.0", "01", "1.0.1", "1.1", "1.01", "1.0a", "1a", "1.a", "1.0.a", "", "0", "v", "1-0_0"];
        for a in versions {
            for b in versions {
                assert_eq!(canonical(a) == canonical(b), compare(a, b).is_eq(), "{a} {b}");
            }
        }
    }

    #[test]
    fn a_line_differs_in_its_last_part() {
        assert!(same_line("25.1.0", "25.1.7") && same_line("v2", "3"));
        assert!(!same_line("25.1.0", "26.0.0") && !same_line("4.1", "4.1.1"));
    }

    #[test]
    fn requirements_join_with_and() {
        let requirement = Requirement::parse(">=3.2, <4").unwrap();
        assert!(requirement.holds("3.2") && requirement.holds("3.10.1"));
        assert!(!requirement.holds("4.0") && !requirement.holds("3.2rc1"));
        assert!(Requirement::parse("!=2").unwrap().holds("2.1"));
        assert_eq!(requirement.to_string(), ">=3.2, <4");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", ">=", "> 1 2", ">=1,,<2", "~3"] {
            assert!(Requirement::parse(text).is_err(), "{text}");
        }
    }
}

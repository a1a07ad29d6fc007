//! "Did you mean": the nearest of the names that exist.

/// Up to three of `candidates` that are close to `given`, nearest first; ties in the order of the alphabet.
pub fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let lower = given.to_lowercase();
    let allowed = (given.chars().count() / 3).max(1);
    let mut scored: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter(|candidate| *candidate != given)
        .filter_map(|candidate| {
            let other = candidate.to_lowercase();
            // Lengths that differ by more than the allowance cannot be near; this keeps long lists cheap.
            let distance = if lower == other {
                0
            } else if lower.len().abs_diff(other.len()) > allowed + 2 {
                usize::MAX
            } else {
                strsim::damerau_levenshtein(&lower, &other)
            };
            let inside = other.strip_suffix(&lower).is_some_and(|parent| parent.ends_with('/'));
            let contained = inside || lower.len() >= 3 && (other.starts_with(&lower) || other.ends_with(&lower));
            (distance <= allowed || contained).then_some((distance.min(allowed + 1), candidate))
        })
        .collect();
    scored.sort_unstable();
    scored.dedup();
    scored.truncate(3);
    scored.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The sentence that offers the nearest names, if any: "did you mean `a` or `b`?".
pub fn did_you_mean<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let names = nearest(given, candidates);
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let (last, rest) = quoted.split_last()?;
    Some(if rest.is_empty() {
        format!("did you mean {last}?")
    } else {
        format!("did you mean {} or {last}?", rest.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_the_near_and_not_the_far() {
        assert_eq!(nearest("leger", ["ledger", "cards", "customer"]), ["ledger"]);
        assert_eq!(nearest("Ledger", ["ledger"]), ["ledger"]);
        assert!(nearest("x", ["ledger", "cards"]).is_empty());
        assert_eq!(nearest("go", ["spring/go", "spring/ago"]), ["spring/go"]);
        assert_eq!(nearest("uat", ["uat-1", "uat-2", "sit-1"]), ["uat-1", "uat-2"]);
    }

    #[test]
    fn reads_as_a_sentence() {
        assert_eq!(did_you_mean("uat", ["uat-1", "uat-2"]).as_deref(), Some("did you mean `uat-1` or `uat-2`?"));
        assert_eq!(did_you_mean("zzz", ["uat-1"]), None);
    }
}

//! The patterns of `exclude:`.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Compiled `exclude:` patterns, relative to the root.
///
/// `*` and `?` stay within one folder, `**` crosses folders. A pattern that matches a folder excludes everything below it. A
/// pattern is anchored at the root: `docs` is the root's own `docs`, `**/docs` is one at any depth.
#[derive(Debug, Clone, Default)]
pub struct Exclude {
    set: GlobSet,
}

impl Exclude {
    /// Excludes nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Compiles the patterns; the error is the position of the first wrong one, from 0, and what is wrong with it.
    pub fn new(patterns: &[String]) -> Result<Self, (usize, String)> {
        let mut set = GlobSetBuilder::new();
        for (position, pattern) in patterns.iter().enumerate() {
            for glob in spelled_out(pattern).map_err(|why| (position, why))? {
                let glob = GlobBuilder::new(&glob)
                    .literal_separator(true)
                    .backslash_escape(true)
                    .build()
                    .map_err(|error| (position, error.kind().to_string()))?;
                set.add(glob);
            }
        }
        let set = set.build().map_err(|error| (patterns.len().saturating_sub(1), error.kind().to_string()))?;
        Ok(Self { set })
    }

    /// Whether this file or folder, or a folder it lies in, is excluded.
    pub fn matches(&self, path: &str) -> bool {
        !self.set.is_empty() && self.set.is_match(path)
    }
}

/// The globs that together mean the pattern: the thing itself, and everything below it.
fn spelled_out(pattern: &str) -> Result<[String; 2], String> {
    let trimmed = pattern.trim();
    if trimmed.starts_with('!') {
        return Err("a pattern cannot take back another one; list what to exclude".to_owned());
    }
    let trimmed = trimmed.strip_prefix("./").unwrap_or(trimmed);
    let trimmed = trimmed.strip_prefix('/').unwrap_or(trimmed);
    let trimmed = trimmed.strip_suffix('/').unwrap_or(trimmed);
    if trimmed.is_empty() || trimmed == "." {
        return Err("the pattern is empty".to_owned());
    }
    if trimmed.split('/').any(|part| part == "..") {
        return Err("patterns are relative to the root and cannot leave it".to_owned());
    }
    // `docs/**` means the folder too, so that the walk need not enter it.
    let whole = match trimmed.strip_suffix("/**") {
        Some(folder) if !folder.is_empty() => folder,
        _ => trimmed,
    };
    Ok([whole.to_owned(), format!("{whole}/**")])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    fn exclude(patterns: &[&str]) -> Exclude {
        let patterns: Vec<String> = patterns.iter().map(|&p| p.to_owned()).collect();
        Exclude::new(&patterns).unwrap()
    }

    #[test]
    fn a_folder_excludes_everything_below_it() {
        for pattern in ["docs", "docs/", "/docs", "./docs", "docs/**"] {
            let exclude = exclude(&[pattern]);
            assert!(exclude.matches("docs"), "{pattern}");
            assert!(exclude.matches("docs/a.yaml"), "{pattern}");
            assert!(exclude.matches("docs/deep/er/a.yaml"), "{pattern}");
            assert!(!exclude.matches("docs2/a.yaml"), "{pattern}");
            assert!(!exclude.matches("x/docs/a.yaml"), "{pattern}");
        }
    }

    #[test]
    fn a_star_stays_in_its_folder_and_two_cross() {
        let one = exclude(&["*/draft-*.yaml"]);
        assert!(one.matches("releases/draft-1.yaml"));
        assert!(!one.matches("draft-1.yaml"));
        assert!(!one.matches("releases/2026/draft-1.yaml"));
        let two = exclude(&["**/draft-*.yaml", "vendor/{a,b}"]);
        assert!(two.matches("draft-1.yaml"));
        assert!(two.matches("releases/2026/draft-1.yaml"));
        assert!(two.matches("vendor/b/x.yaml"));
        assert!(!two.matches("vendor/c/x.yaml"));
    }

    #[test]
    fn wrong_patterns_name_their_place() {
        let wrong = |p: &str| Exclude::new(&["ok".to_owned(), p.to_owned()]).unwrap_err();
        assert_eq!(wrong("a[").0, 1);
        assert!(wrong("").1.contains("empty"));
        assert!(wrong("/").1.contains("empty"));
        assert!(wrong("!keep").1.contains("take back"));
        assert!(wrong("../x").1.contains("leave"));
    }

    #[test]
    fn no_pattern_excludes_nothing() {
        assert!(!Exclude::none().matches("a.yaml"));
        assert!(!exclude(&[]).matches("a.yaml"));
    }
}

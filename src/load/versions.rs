//! What versions of files the history of a portfolio is made of.

use super::exclude::Exclude;
use super::portfolio::Loaded;
use super::root::ROOT_FILE;
use super::source::{is_manifest_name, is_second_root};
use crate::model::Kind;

/// Whether a file (`false`) or folder (`true`) belongs to the portfolio, by its path from the root, as the settings are today.
pub(super) fn belongs(loaded: &Loaded) -> impl Fn(&str, bool) -> bool + use<> {
    let patterns: Vec<String> = loaded.portfolio.settings.exclude.iter().map(ToString::to_string).collect();
    let exclude = Exclude::new(&patterns).unwrap_or_default();
    move |path: &str, is_folder: bool| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_manifest = if is_folder { !name.starts_with('.') } else { is_manifest_name(name.as_bytes()) };
        path == ROOT_FILE || is_manifest && !is_second_root(path) && !exclude.matches(path)
    }
}

/// Whether it is worth to parse a text for manifests of these kinds: logs that pipelines write grow long and change often, and
/// say `kind` of nothing else. A `kind` that is spelled with escapes is not seen, and what it says is then not found.
pub(super) fn may_hold(text: &str, wanted: &[Kind]) -> bool {
    let is_wanted = |rest: &str| {
        let word = rest.trim_start_matches([' ', '\t', '\r', '\n', '"', '\'', ':']);
        let word = word.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        Kind::from_word(word).is_none_or(|kind| wanted.contains(&kind))
    };
    text.match_indices("kind").any(|(at, found)| is_wanted(&text[at + found.len()..]))
}

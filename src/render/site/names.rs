//! Names of files and anchors: made from ids so that two ids never share one, on any file system.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The longest name that is written out; longer ones end in a hash.
const LONGEST: usize = 100;
/// What is kept of a longer one.
const KEPT: usize = 60;
/// Names that mean devices on Windows, whatever follows the first full stop.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];

/// An id as part of a file's name or an anchor: small letters, digits, `-` and inner full stops stand for themselves,
/// every other byte for `_` and two hexadecimal digits. So ids that differ only in case stay apart where files do not.
pub fn stem(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    let device = is_device(id);
    for (place, byte) in id.bytes().enumerate() {
        let outer = place == 0 || place + 1 == id.len();
        let plain = match byte {
            b'a'..=b'z' | b'0'..=b'9' => !(device && place == 0),
            b'-' => place > 0,
            b'.' => !outer,
            _ => false,
        };
        if plain {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "_{byte:02x}");
        }
    }
    if out.is_empty() {
        // No other name ends in the mark alone.
        return "_".to_owned();
    }
    if out.len() <= LONGEST {
        return out;
    }
    // Two marks in a row begin no encoded byte, so that no short id has such a name.
    let mut short = out[..KEPT].trim_end_matches('.').to_owned();
    short.push_str("__");
    for byte in Sha256::digest(id.as_bytes()).iter().take(16) {
        let _ = write!(short, "{byte:02x}");
    }
    short
}

fn is_device(id: &str) -> bool {
    let first = id.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |name: &str| {
        let rest = first.strip_prefix(name);
        rest.is_some_and(|rest| matches!(rest.as_bytes(), [b'0'..=b'9']))
    };
    DEVICES.contains(&&*first) || numbered("com") || numbered("lpt")
}

/// The page of an object, from the folder of the site.
pub fn page(kind: &str, id: &str) -> String {
    format!("{kind}/{}.html", stem(id))
}

/// The anchor of a part on its page.
pub fn anchor(kind: &str, id: &str) -> String {
    format!("{kind}-{}", stem(id))
}

/// Whether a path could be one of a site's own files: a plain name, at most one folder deep, nothing that leads elsewhere.
pub fn is_ours(path: &str) -> bool {
    let plain = |name: &str| {
        !name.is_empty()
            && !name.starts_with('.')
            && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'))
    };
    let ends = [".html", ".css", ".js"].iter().any(|end| path.ends_with(end));
    ends && match path.split_once('/') {
        None => plain(path),
        Some((folder, name)) => super::FOLDERS.contains(&folder) && plain(name),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_become_names_that_any_file_system_keeps_apart() {
        let cases = [
            ("core-2026.4", "core-2026.4"),
            ("Core", "_43ore"),
            ("..", "_2e_2e"),
            ("a/b", "a_2fb"),
            ("con", "_63on"),
            ("con.2026", "_63on.2026"),
            ("com1", "_63om1"),
            ("COM1.x", "_43_4f_4d1.x"),
            ("console", "console"),
            ("-x-", "_2dx-"),
            ("a_b", "a_5fb"),
            ("x.", "x_2e"),
            ("", "_"),
        ];
        assert_eq!(cases.map(|(id, _)| stem(id)), cases.map(|(_, name)| name));
        let long = [stem(&"a".repeat(300)), stem(&"a".repeat(301)), stem(&"\u{5d0}".repeat(80))];
        assert!(long.iter().all(|name| name.len() < 110 && is_ours(&format!("release/{name}.html"))), "{long:?}");
        assert_ne!(long[0], long[1]);
    }

    #[test]
    fn what_relm_never_wrote_is_not_ours() {
        for path in ["index.html", "release/core-2026.4.html", "search.js", "project/_43ore.html"] {
            assert!(is_ours(path), "{path}");
        }
        for path in [
            "../x.html",
            "/x.html",
            "a/b.html",
            "release/../x.html",
            ".x.html",
            "x.txt",
            "release/",
            "c:x.html",
            "x\\y.html",
        ] {
            assert!(!is_ours(path), "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_two_ids_share_a_name(one in "[A-Ca-c._-]{0,6}", other in "[A-Ca-c._-]{0,6}") {
            prop_assert_eq!(one == other, stem(&one).eq_ignore_ascii_case(&stem(&other)));
        }

        #[test]
        fn every_name_is_ours(id in "\\PC{0,80}") {
            let page = page("release", &id);
            prop_assert!(is_ours(&page), "{}", page);
        }
    }
}

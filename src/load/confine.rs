//! Paths that must stay below the root, whatever they or the symbolic links on their way say.
//!
//! One resolver serves the work tree and the trees of commits, so that both give the same answer.

use std::collections::VecDeque;
use std::path::{Component, Path};

/// As many links as Linux follows for one path.
const MAX_LINKS: usize = 40;

/// What lies at a path, links not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// An ordinary file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link and its target, as written.
    Link(String),
    /// Something that is neither: a device, a pipe, a submodule.
    Other,
    /// Nothing.
    Missing,
}

/// Why a path leads to no file below the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stray {
    /// It leaves the root; the text is where to: the path or the link target, as written.
    Outside(String),
    /// Its links lead in a circle.
    Loop,
    /// Nothing is there.
    Missing,
    /// It is a folder.
    Folder,
    /// It is there but is no ordinary file, or cannot be looked at; in plain words.
    Unreadable(String),
}

/// Removes `.`, `..` and doubled separators from a path written in a manifest, or says that it leaves the root.
pub(super) fn normalise(path: &str) -> Result<String, Stray> {
    let outside = || Stray::Outside(path.to_owned());
    if path.starts_with('/') {
        return Err(outside());
    }
    // Where `\` separates, it would be a way out that the checks below do not see; where it does not, it is a mistake.
    if path.contains('\\') {
        return Err(Stray::Unreadable("paths are written with `/`, not `\\`".to_owned()));
    }
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                kept.pop().ok_or_else(outside)?;
            }
            name if is_plain_name(name) => kept.push(name),
            _ => return Err(outside()),
        }
    }
    Ok(kept.join("/"))
}

/// Whether this platform, too, sees one name in it; `C:` is not one on Windows.
fn is_plain_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(only)), None) if only == name)
}

/// The path of the ordinary file that a normalised `path` leads to, following links that stay below `root`.
pub(super) fn resolve(root: &Path, path: &str, look: impl Fn(&str) -> Result<Node, String>) -> Result<String, Stray> {
    match locate(root, path, look)? {
        (at, Node::File) => Ok(at),
        (_, Node::Folder) => Err(Stray::Folder),
        _ => Err(Stray::Unreadable("it is not an ordinary file".to_owned())),
    }
}

/// The path of the folder that a normalised `path` leads to, likewise; anything else that is there is no folder and counts as
/// missing.
pub(super) fn resolve_folder(
    root: &Path,
    path: &str,
    look: impl Fn(&str) -> Result<Node, String>,
) -> Result<String, Stray> {
    match locate(root, path, look)? {
        (at, Node::Folder) => Ok(at),
        _ => Err(Stray::Missing),
    }
}

/// Where a normalised `path` leads to below `root`, and what is there.
fn locate(root: &Path, path: &str, look: impl Fn(&str) -> Result<Node, String>) -> Result<(String, Node), Stray> {
    let mut todo: VecDeque<String> = path.split('/').map(str::to_owned).collect();
    let mut at: Vec<String> = Vec::new();
    let mut found = Node::Folder;
    // What to name when the path turns out to leave the root: the link that was followed last.
    let mut cause = path.to_owned();
    let mut links = 0;
    while let Some(part) = todo.pop_front() {
        match part.as_str() {
            "" | "." => continue,
            ".." => {
                // Links before it are followed by now, so that it means the parent of where they lead.
                at.pop().ok_or_else(|| Stray::Outside(cause.clone()))?;
                found = Node::Folder;
                continue;
            }
            _ => at.push(part),
        }
        found = look(&at.join("/")).map_err(Stray::Unreadable)?;
        match &found {
            Node::Link(target) => {
                links += 1;
                if links > MAX_LINKS {
                    return Err(Stray::Loop);
                }
                at.pop();
                cause.clone_from(target);
                let inside = if target.starts_with('/') || Path::new(target).is_absolute() {
                    at.clear();
                    below(root, target).ok_or_else(|| Stray::Outside(target.clone()))?
                } else {
                    target.clone()
                };
                for part in inside.rsplit('/') {
                    todo.push_front(part.to_owned());
                }
                found = Node::Folder;
            }
            Node::File | Node::Other if !todo.is_empty() => return Err(Stray::Missing),
            Node::Missing => return Err(Stray::Missing),
            Node::File | Node::Other | Node::Folder => {}
        }
    }
    Ok((at.join("/"), found))
}

/// An absolute target as a path below the root.
fn below(root: &Path, target: &str) -> Option<String> {
    let inside = Path::new(target).strip_prefix(root).ok()?;
    Some(inside.to_str()?.replace('\\', "/"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_lose_their_dots() {
        assert_eq!(normalise("a/./b//c/").unwrap(), "a/b/c");
        assert_eq!(normalise("a/../b").unwrap(), "b");
        assert_eq!(normalise("").unwrap(), "");
    }

    #[test]
    fn paths_that_leave_are_refused() {
        for path in ["../x", "/etc/passwd", "a/../../x", "..", "a/../.."] {
            assert_eq!(normalise(path), Err(Stray::Outside(path.to_owned())));
        }
        assert!(matches!(normalise("..\\x"), Err(Stray::Unreadable(_))));
    }

    fn tree(path: &str) -> Result<Node, String> {
        Ok(match path {
            "a.yaml" | "d/b.yaml" | "d/e/c.yaml" => Node::File,
            "d" | "d/e" => Node::Folder,
            "in" => Node::Link("d/b.yaml".to_owned()),
            "d/up" => Node::Link("../a.yaml".to_owned()),
            "d/e/far" => Node::Link("../../../x.yaml".to_owned()),
            "abs-in" => Node::Link("/r/d/b.yaml".to_owned()),
            "abs-out" => Node::Link("/etc/passwd".to_owned()),
            "folder" => Node::Link("d/e".to_owned()),
            "one" => Node::Link("two".to_owned()),
            "two" => Node::Link("one".to_owned()),
            "pipe" => Node::Other,
            "locked" => return Err("permission denied".to_owned()),
            _ => Node::Missing,
        })
    }

    #[test]
    fn links_inside_are_followed() {
        let at = |path| resolve(Path::new("/r"), path, tree);
        assert_eq!(at("a.yaml").unwrap(), "a.yaml");
        assert_eq!(at("in").unwrap(), "d/b.yaml");
        assert_eq!(at("d/up").unwrap(), "a.yaml");
        assert_eq!(at("abs-in").unwrap(), "d/b.yaml");
        assert_eq!(at("folder/c.yaml").unwrap(), "d/e/c.yaml");
    }

    #[test]
    fn folders_are_found_likewise() {
        let at = |path| resolve_folder(Path::new("/r"), path, tree);
        assert_eq!(at("").unwrap(), "");
        assert_eq!(at("folder").unwrap(), "d/e");
        assert_eq!(at("a.yaml"), Err(Stray::Missing));
        assert_eq!(at("abs-out"), Err(Stray::Outside("/etc/passwd".to_owned())));
    }

    #[test]
    fn everything_else_has_its_own_answer() {
        let at = |path| resolve(Path::new("/r"), path, tree).unwrap_err();
        assert_eq!(at("d/e/far"), Stray::Outside("../../../x.yaml".to_owned()));
        assert_eq!(at("folder/far"), Stray::Outside("../../../x.yaml".to_owned()));
        assert_eq!(at("abs-out"), Stray::Outside("/etc/passwd".to_owned()));
        assert_eq!(at("one"), Stray::Loop);
        assert_eq!(at("gone"), Stray::Missing);
        assert_eq!(at("a.yaml/x"), Stray::Missing);
        assert_eq!(at("d"), Stray::Folder);
        assert!(matches!(at("pipe"), Stray::Unreadable(_)));
        assert!(matches!(at("locked"), Stray::Unreadable(_)));
    }
}

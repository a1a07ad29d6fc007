//! Why git could not answer, in words for people.

use std::fmt;
use std::path::PathBuf;

/// Why git could not answer. `Display` says what happened; [`GitError::hint`] what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitError {
    /// The path lies in no repository.
    NotARepository {
        /// Where the search began.
        path: PathBuf,
    },
    /// The repository belongs to another user of the machine.
    UntrustedOwner {
        /// The folder `safe.directory` has to name.
        path: PathBuf,
    },
    /// No branch, tag or commit of that name.
    UnknownRevision {
        /// The revision as it was given.
        rev: String,
        /// Branches and tags of similar name, best first.
        nearest: Vec<String>,
    },
    /// A shortened identifier that several commits share.
    AmbiguousRevision {
        /// The revision as it was given.
        rev: String,
        /// The commits it may mean, each as `identifier summary`, sorted.
        candidates: Vec<String>,
    },
    /// Text that names no single revision, such as a range.
    InvalidRevision {
        /// The revision as it was given.
        rev: String,
    },
    /// The revision names a file or a folder instead of a commit.
    NotACommit {
        /// The revision as it was given.
        rev: String,
        /// What it names: `file`, `folder` or `git object`.
        kind: &'static str,
    },
    /// The repository has no commit yet.
    EmptyRepository,
    /// The clone is shallow and the revision may lie beyond its end.
    ShallowMissing {
        /// The revision as it was given.
        rev: String,
    },
    /// An object the history refers to is not in the repository.
    MissingObject {
        /// Whether the clone is shallow, which explains it.
        shallow: bool,
    },
    /// The commit has no such folder.
    MissingFolder {
        /// The commit, in hexadecimal.
        commit: String,
        /// The folder, relative to the top of the repository.
        folder: String,
    },
    /// Anything else, already in plain words.
    Other(String),
}

impl GitError {
    /// libgit2's own words, without its class names and codes.
    pub(super) fn plain(error: &git2::Error) -> Self {
        let message = error.message().trim();
        Self::Other(if message.is_empty() {
            "the git repository cannot be read".to_owned()
        } else {
            format!("the git repository cannot be read: {message}")
        })
    }

    /// Names the cause when an object that must be there is not: a shallow clone, or a damaged or partial one.
    pub(super) fn missing(repo: &git2::Repository, error: &git2::Error) -> Self {
        if error.code() == git2::ErrorCode::NotFound {
            Self::MissingObject { shallow: repo.is_shallow() }
        } else {
            Self::plain(error)
        }
    }

    /// What to do about it, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UntrustedOwner { path } => Some(format!(
                "if you trust it, run `git config --global --add safe.directory {}`",
                shell_quoted(&path.to_string_lossy())
            )),
            Self::UnknownRevision { nearest, .. } if !nearest.is_empty() => {
                Some(format!("did you mean {}?", listed(nearest)))
            }
            Self::UnknownRevision { rev, .. } if !rev.contains(['~', '^', '@', ':']) => Some(
                "`git branch -a` and `git tag` list them; what is only on a remote needs `git fetch` first".to_owned(),
            ),
            Self::AmbiguousRevision { candidates, .. } if !candidates.is_empty() => {
                Some(format!("it may mean {}", listed(candidates)))
            }
            Self::InvalidRevision { .. } => {
                Some("name one branch, tag or commit, such as `main`, `v1.0` or `HEAD~2`".to_owned())
            }
            Self::ShallowMissing { .. } | Self::MissingObject { shallow: true } => {
                Some("the clone is shallow: run `git fetch --unshallow`, or have CI fetch the full history".to_owned())
            }
            Self::MissingObject { shallow: false } => {
                Some("run `git fsck`, and fetch again where the clone is partial".to_owned())
            }
            _ => None,
        }
    }
}

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotARepository { path } => {
                write!(f, "`{}` is not in a git repository", path.display())
            }
            Self::UntrustedOwner { path } => {
                write!(f, "the git repository at `{}` belongs to another user", path.display())
            }
            Self::UnknownRevision { rev, .. } => write!(f, "no revision `{rev}`"),
            Self::AmbiguousRevision { rev, .. } => {
                write!(f, "`{rev}` is short for more than one commit")
            }
            Self::InvalidRevision { rev } => write!(f, "`{rev}` does not name one revision"),
            Self::NotACommit { rev, kind } => write!(f, "`{rev}` is a {kind}, not a commit"),
            Self::EmptyRepository => write!(f, "the git repository has no commit yet"),
            Self::ShallowMissing { rev } => {
                write!(f, "the history of this clone does not reach `{rev}`")
            }
            Self::MissingObject { .. } => write!(f, "the git repository lacks part of its history"),
            Self::MissingFolder { commit, folder } => {
                let short = commit.get(..10).unwrap_or(commit);
                write!(f, "commit {short} has no folder `{folder}`")
            }
            Self::Other(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for GitError {}

fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// The text as one word of a POSIX shell, quoted only where it has to be.
fn shell_quoted(text: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || "/._-+:@%,".contains(c);
    if text.chars().all(harmless) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

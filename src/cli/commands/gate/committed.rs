//! Whether what is decided on is what is committed: a decision on something that only one work tree has is worth nothing.

use std::path::Path;

use serde_json::Value as Json;

use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::write::Draft;
use crate::diagnostic::FileId;
use crate::git::{GitError, Repo};
use crate::load::facts::{Difference, canonical, differences};
use crate::load::root::ROOT_FILE;
use crate::load::source::Source;
use crate::load::yaml;
use crate::model::node::Node;

/// What else an approval is about, beside its gate.
const COVERED: [&str; 3] = ["scope", "deployment", "target"];
/// Differences that are shown.
const SHOWN: usize = 4;

/// What is decided on.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The release.
    pub release: &'a str,
    /// The gate.
    pub gate: &'a str,
    /// Who decides: what that person has just decided in another role is no surprise to them.
    pub person: &'a str,
}

/// What the commit that is checked out holds.
#[derive(Debug)]
pub struct Head {
    /// None before the first commit, and before the first that has the portfolio.
    source: Option<Source>,
}

impl Head {
    /// The commit that is checked out; none outside git. Refuses where git waits for somebody to end something: what is
    /// committed next would not be what one person decided.
    pub fn of(context: &Context<'_>, file: &str) -> Result<Option<Self>, Error> {
        let root = context.source.root();
        let Some(repo) = Repo::discover(root)? else { return Ok(None) };
        let folder = context.folder_in_repository();
        if repo.is_conflicted(&Path::new(&folder).join(file))? {
            return Err(conflict(file));
        }
        if let Some(operation) = repo.operation() {
            let error =
                Error::input(format!("git is in the middle of a {operation}, so a decision cannot be committed alone"));
            return Err(error.hint(format!("end it first; `git {operation} --abort` gives it up")));
        }
        match Source::revision(root, "HEAD") {
            Ok(source) => Ok(Some(Self { source: Some(source) })),
            Err(GitError::EmptyRepository | GitError::MissingFolder { .. }) => Ok(Some(Self { source: None })),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether it has a file.
    pub fn has(&self, file: &str) -> bool {
        self.text(file).is_some()
    }

    /// Whether a file says something else there, line ends aside.
    pub fn differs(&self, file: &str, text: &str) -> bool {
        let plain = |text: &str| text.replace("\r\n", "\n");
        self.text(file).is_none_or(|old| plain(&old) != plain(text))
    }

    /// Whether `relm.yaml` gives a role to a person there.
    pub fn gives(&self, person: &str, role: &str) -> bool {
        self.lists(person, "roles", |held| held.text() == Some(role))
    }

    /// Whether `relm.yaml` lists a key of a person there.
    pub fn lists_key(&self, person: &str) -> bool {
        self.lists(person, "signing_keys", |_| true)
    }

    fn lists(&self, person: &str, list: &str, wanted: impl Fn(&Node<'_>) -> bool) -> bool {
        let text = self.text(ROOT_FILE).unwrap_or_default();
        let parsed = yaml::parse(&text, FileId(0), ROOT_FILE);
        let people = parsed.documents.iter().filter_map(|settings| settings.get("people")).flat_map(Node::items);
        let mut lists = people.filter(|entry| is(entry, "id", person)).filter_map(|entry| entry.get(list));
        lists.any(|list| list.items().iter().any(&wanted))
    }

    /// Refuses when what is decided on is not the same there.
    pub fn holds(&self, draft: &Draft, subject: Subject<'_>) -> Result<(), Error> {
        let file = draft.file();
        let missing = |message: String| Err(Error::input(message).hint("commit it first; then decide"));
        let Some(old) = self.text(file) else {
            return missing(format!("`{file}` is not committed, so nobody could tell what was decided on"));
        };
        let (old, new) = (yaml::parse(&old, FileId(0), file), yaml::parse(draft.text(), FileId(0), file));
        let release = |nodes: &[Node<'_>]| {
            let found = nodes.iter().find(|node| is(node, "kind", "release") && is(node, "id", subject.release));
            found.map(|node| covered(node, subject))
        };
        let (Some(old), Some(new)) = (release(&old.documents), release(&new.documents)) else {
            let release = subject.release;
            return missing(format!(
                "`{file}` as it is committed has no release `{release}`, which you would decide on"
            ));
        };
        let differing = old.iter().zip(&new).filter(|(old, new)| old != new);
        let found: Vec<String> = differing
            .flat_map(|((part, old), (_, new))| match (old, new) {
                (Json::Null, _) => vec![format!("`{part}` is not committed")],
                (_, Json::Null) => vec![format!("`{part}` is gone, and still committed")],
                _ => differences(part, old, new).iter().map(words).collect(),
            })
            .collect();
        if found.is_empty() {
            return Ok(());
        }
        let more = found.len().saturating_sub(SHOWN);
        let shown = found[..found.len().min(SHOWN)].join("; ");
        let shown = if more > 0 { format!("{shown}; and {more} more") } else { shown };
        let error = Error::input(format!("what you would decide on is not what is committed: {shown}"));
        Err(error.hint(format!("commit these changes to `{file}` first, or take them back; then decide")))
    }

    fn text(&self, file: &str) -> Option<String> {
        String::from_utf8(self.source.as_ref()?.read_path(file).ok()?).ok()
    }
}

/// Why nothing is decided in a file that a merge left to somebody.
pub fn conflict(file: &str) -> Error {
    let error = Error::input(format!("`{file}` is in a git conflict that nobody has resolved"));
    error.hint(format!("resolve it, `git add {file}`, and commit it; then decide"))
}

fn is(node: &Node<'_>, key: &str, word: &str) -> bool {
    node.get(key).and_then(Node::text) == Some(word)
}

/// What the decision is about: the name and the value of each part.
fn covered(release: &Node<'_>, subject: Subject<'_>) -> Vec<(String, Json)> {
    let gates = release.get("gates").map(Node::items).unwrap_or_default();
    let mut gate = gates.iter().find(|gate| is(gate, "id", subject.gate)).map(canonical).unwrap_or_default();
    if let Some(fields) = gate.as_object_mut() {
        let others = |entries: &mut Json| {
            entries.as_array_mut().is_some_and(|entries| {
                entries.retain(|entry| entry["by"] != subject.person);
                !entries.is_empty()
            })
        };
        if !fields.get_mut("approvals").is_some_and(others) {
            fields.remove("approvals");
        }
        if fields.len() == 1 {
            gate = Json::Null;
        }
    }
    let part = |part: &str| (part.to_owned(), release.get(part).map(canonical).unwrap_or_default());
    COVERED.iter().map(|name| part(name)).chain([(format!("gates/{}", subject.gate), gate)]).collect()
}

/// A difference in words; `before` is what is committed.
fn words(Difference { path, before, after }: &Difference) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!("`{path}` is `{after}`, committed is `{before}`"),
        (None, Some(after)) => format!("`{path}` is `{after}`, and not committed"),
        (Some(before), None) => format!("`{path}` is gone, committed is `{before}`"),
        (None, None) => format!("`{path}` is not as committed"),
    }
}

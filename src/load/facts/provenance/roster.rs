//! The people of a portfolio, as it is now and as it was at a commit.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use smol_str::SmolStr;

use super::trace::Answer;
use crate::diagnostic::FileId;
use crate::git::{BlobId, BlobReader, CommitId, GitError, Repo, fingerprint};
use crate::load::root::ROOT_FILE;
use crate::load::source::MAX_FILE_SIZE;
use crate::load::yaml;
use crate::model::facts::Given;
use crate::model::node::{Node, Value};
use crate::model::portfolio::Settings;

/// Who there is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Roster(Vec<Member>);

#[derive(Debug, PartialEq, Eq)]
struct Member {
    id: SmolStr,
    /// In lower case.
    emails: Vec<String>,
    roles: Vec<String>,
    /// Fingerprints.
    keys: Vec<String>,
}

impl Roster {
    pub(super) fn of(settings: &Settings) -> Self {
        let member = |person: &crate::model::portfolio::Person| Member {
            id: SmolStr::new(&*person.id),
            emails: person.emails.iter().map(|email| plain(email)).collect(),
            roles: person.roles.iter().map(ToString::to_string).collect(),
            keys: person.signing_keys.iter().filter_map(|key| fingerprint(&key.key)).collect(),
        };
        Self(settings.people.iter().map(member).collect())
    }

    /// Reads it from a `relm.yaml`; none where the file cannot be read as that.
    fn read(bytes: &[u8]) -> Option<Self> {
        let parsed = yaml::parse(std::str::from_utf8(bytes).ok()?, FileId(0), "");
        let is_portfolio = |node: &&Node<'_>| node.get("kind").and_then(Node::text) == Some("portfolio");
        let settings = parsed.documents.iter().find(is_portfolio)?;
        let member = |person: &Node<'_>| {
            let keys = items(person, "signing_keys").filter_map(|key| fingerprint(key.get("key")?.text()?)).collect();
            Some(Member {
                id: SmolStr::new(person.get("id")?.text()?),
                emails: texts(person, "emails").map(plain).collect(),
                roles: texts(person, "roles").map(str::to_owned).collect(),
                keys,
            })
        };
        Some(Self(items(settings, "people").filter_map(member).collect()))
    }

    /// The people with an address.
    fn with_email(&self, email: &str) -> Vec<&SmolStr> {
        self.0
            .iter()
            .filter(|member| member.emails.iter().any(|known| known == email))
            .map(|member| &member.id)
            .collect()
    }

    fn holds(&self, person: &str, role: &str) -> bool {
        let has = |member: &Member| member.id == person && member.roles.iter().any(|held| held == role);
        self.0.iter().any(has)
    }

    fn lists(&self, person: &str, key: &str) -> bool {
        self.0.iter().any(|member| member.id == person && member.keys.iter().any(|known| known == key))
    }
}

fn plain(email: &str) -> String {
    email.trim().to_lowercase()
}

fn items<'n, 'a>(node: &'n Node<'a>, key: &str) -> impl Iterator<Item = &'n Node<'a>> {
    let items: &[Node<'a>] = match node.get(key).map(|list| &list.value) {
        Some(Value::Sequence(items)) => items,
        _ => &[],
    };
    items.iter()
}

fn texts<'n>(node: &'n Node<'_>, key: &str) -> impl Iterator<Item = &'n str> {
    items(node, key).filter_map(Node::text)
}

/// The people at every commit that somebody asks about.
pub(super) struct Rosters<'r> {
    repo: &'r Repo,
    path: PathBuf,
    reader: BlobReader,
    now: Roster,
    read: HashMap<BlobId, Option<Rc<Roster>>>,
    at: HashMap<CommitId, Option<Rc<Roster>>>,
}

impl<'r> Rosters<'r> {
    pub(super) fn new(repo: &'r Repo, prefix: &Path, now: Roster) -> Result<Self, GitError> {
        let reader = BlobReader::open(repo.git_dir())?;
        Ok(Self { repo, path: prefix.join(ROOT_FILE), reader, now, read: HashMap::new(), at: HashMap::new() })
    }

    /// Those of a commit; none where its `relm.yaml` is not there or cannot be read.
    fn at(&mut self, commit: CommitId) -> Result<Option<Rc<Roster>>, GitError> {
        if let Some(known) = self.at.get(&commit) {
            return Ok(known.clone());
        }
        let found = match self.repo.file_in(commit, &self.path)? {
            None => None,
            Some(blob) => {
                let reader = &self.reader;
                let read = || reader.read(blob, MAX_FILE_SIZE).ok().and_then(|bytes| Roster::read(&bytes)).map(Rc::new);
                self.read.entry(blob).or_insert_with(read).clone()
            }
        };
        self.at.insert(commit, found.clone());
        Ok(found)
    }

    /// Those that a commit found: of its parents, or of itself where it has none.
    fn before(&mut self, answer: &Answer) -> Result<Vec<Rc<Roster>>, GitError> {
        let commits = if answer.parents.is_empty() { vec![answer.commit] } else { answer.parents.clone() };
        let found = commits.into_iter().map(|commit| self.at(commit)).collect::<Result<Vec<_>, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Whose an address is: as the portfolio had it before the commit, else as the commit has it, else as it is now. Whoever
    /// had it first keeps it, so that nobody becomes the author of an old commit by an address that is added to them later.
    /// Where several people have an address it is nobody's.
    pub(super) fn person(&mut self, answer: &Answer, email: &str) -> Result<Option<SmolStr>, GitError> {
        let email = plain(email);
        if email.is_empty() {
            return Ok(None);
        }
        let (before, own) = (self.before(answer)?, self.at(answer.commit)?);
        let rosters = before.iter().chain(&own).map(|roster| &**roster).chain([&self.now]);
        let known = rosters.map(|roster| roster.with_email(&email)).find(|people| !people.is_empty());
        Ok(known.and_then(|people| match people[..] {
            [only] => Some(only.clone()),
            _ => None,
        }))
    }

    /// Whether a role was held when a commit gave an approval in it.
    pub(super) fn role(&mut self, answer: &Answer, person: &str, role: &str) -> Result<Given, GitError> {
        if answer.at_boundary {
            return Ok(Given::Unknown);
        }
        let held = self.before(answer)?.iter().any(|roster| roster.holds(person, role));
        // Settings that cannot be read give nothing that was not there before.
        Ok(match self.at(answer.commit)? {
            Some(own) if !own.holds(person, role) => Given::NotHeld,
            _ if held => Given::Held,
            Some(_) => Given::GrantedHere,
            None => Given::NotHeld,
        })
    }

    /// The person whose key it is: who lists it now, and listed it before the commit. A key of several people is nobody's.
    pub(super) fn signers(&mut self, answer: &Answer, key: &str) -> Result<Vec<SmolStr>, GitError> {
        let before = self.before(answer)?;
        let listed = |member: &&Member| {
            self.now.lists(&member.id, key) && before.iter().any(|roster| roster.lists(&member.id, key))
        };
        let people: Vec<SmolStr> = self.now.0.iter().filter(listed).map(|member| member.id.clone()).collect();
        Ok(if people.len() > 1 { Vec::new() } else { people })
    }
}

//! A repository whose commits are made by many people, some of them signed, with fixed dates.

use std::cell::Cell;
use std::fs;

use git2::{Oid, Repository, Signature, Time};
use sha2::{Digest, Sha256};
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

use crate::sandbox::{Run, Sandbox};

/// 2026-01-01T00:00Z; each commit is an hour later than the one before.
const EPOCH: i64 = 1_767_225_600;

const OPENPGP: &str = "-----BEGIN PGP SIGNATURE-----\n\niQEzBAABCAAdFiEE\n-----END PGP SIGNATURE-----\n";

/// Who makes a commit.
#[derive(Clone, Copy)]
pub struct By<'a> {
    author: &'a str,
    committer: &'a str,
    key: Option<&'a str>,
    at: Option<i64>,
}

impl<'a> By<'a> {
    pub fn author(email: &'a str) -> Self {
        Self { author: email, committer: email, key: None, at: None }
    }

    pub fn committer(self, email: &'a str) -> Self {
        Self { committer: email, ..self }
    }

    /// By a clock that shows this, in seconds since 1970.
    pub fn at(self, seconds: i64) -> Self {
        Self { at: Some(seconds), ..self }
    }

    /// Signed with the SSH key of this name; `openpgp` is a signature of that kind.
    pub fn key(self, name: &'a str) -> Self {
        Self { key: Some(name), ..self }
    }
}

pub struct History {
    sandbox: Sandbox,
    commits: Cell<i64>,
}

impl History {
    pub fn new() -> Self {
        Self { sandbox: Sandbox::empty().init_git(), commits: Cell::new(0) }
    }

    /// Writes a file; `KEY:name` in it becomes the fingerprint of that key.
    pub fn write(&mut self, path: &str, text: &str) -> &mut Self {
        self.write_only(path, text);
        self
    }

    pub fn write_only(&self, path: &str, text: &str) {
        let mut text = text.to_owned();
        while let Some(at) = text.find("KEY:") {
            let name: String = text[at + 4..].chars().take_while(char::is_ascii_alphanumeric).collect();
            text.replace_range(at..at + 4 + name.len(), &fingerprint(&name));
        }
        self.sandbox.put(path, text.as_bytes());
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.sandbox.path().join(path)).unwrap();
    }

    /// Commits everything in the folder; the identifier.
    pub fn commit(&mut self, by: By<'_>) -> String {
        let head = self.sandbox.git().head().ok().map(|head| head.target().unwrap().to_string());
        let parents: Vec<&str> = head.iter().map(String::as_str).collect();
        self.merge(by, &parents)
    }

    /// The same with these parents; where the branch is then.
    pub fn merge(&mut self, by: By<'_>, parents: &[&str]) -> String {
        self.commits.set(self.commits.get() + 1);
        let number = self.commits.get();
        let git = self.sandbox.git();
        let mut index = git.index().unwrap();
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
        let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
        let at = Time::new(by.at.unwrap_or(EPOCH + 3600 * number), 0);
        let who = |email: &str| Signature::new(email.split('@').next().unwrap(), email, &at).unwrap();
        let (author, committer) = (who(by.author), who(by.committer));
        let parents: Vec<_> = parents.iter().map(|id| git.find_commit(Oid::from_str(id).unwrap()).unwrap()).collect();
        let parents: Vec<_> = parents.iter().collect();
        let message = format!("Commit {number}");
        let id = match by.key {
            None => git.commit(None, &author, &committer, &message, &tree, &parents).unwrap(),
            Some(key) => {
                let content = git.commit_create_buffer(&author, &committer, &message, &tree, &parents).unwrap();
                let content = std::str::from_utf8(&content).unwrap();
                git.commit_signed(content, &signature(key, content), None).unwrap()
            }
        };
        point(git, id);
        id.to_string()
    }

    /// Makes it the clone that ends at this commit.
    pub fn cut(&self, commit: &str) {
        self.sandbox.put(".git/shallow", format!("{commit}\n").as_bytes());
    }

    /// Takes the repository away and leaves the files.
    pub fn forget(&self) {
        fs::remove_dir_all(self.sandbox.path().join(".git")).unwrap();
    }

    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.sandbox.run(arguments)
    }

    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        self.sandbox.run_with(variables, arguments)
    }
}

fn point(git: &Repository, id: Oid) {
    match git.head() {
        Ok(mut head) => drop(head.set_target(id, "made for a test").unwrap()),
        Err(_) => drop(git.reference("refs/heads/main", id, true, "first").unwrap()),
    }
}

fn signature(key: &str, content: &str) -> String {
    if key == "openpgp" {
        return OPENPGP.to_owned();
    }
    private(key).sign("git", HashAlg::Sha512, content.as_bytes()).unwrap().to_pem(LineEnding::LF).unwrap()
}

/// The key of this name, made from nothing else.
fn private(name: &str) -> PrivateKey {
    let seed: [u8; 32] = Sha256::digest(name.as_bytes()).into();
    PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed)), name).unwrap()
}

fn fingerprint(name: &str) -> String {
    private(name).public_key().fingerprint(HashAlg::Sha256).to_string()
}

//! A temporary folder with a wiped environment and, where asked for, a real git repository with fixed dates.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The day of every test, a Monday.
pub const TODAY: &str = "2026-03-02";

/// 2026-01-01T00:00Z; each commit is an hour later than the one before.
const EPOCH: i64 = 1_767_225_600;

/// A small portfolio without findings.
pub const ROOT: &str = "kind: portfolio\nstages: [prod]\nteams: [{id: crew}]\n";

/// A release without findings.
pub const RELEASE: &str = "\
kind: release
id: lantern-1
type: minor
status: planned
owner: crew
target: 2026-04-10
phases:
  - {id: build, start: 2026-03-09, duration: 5d}
";

/// What a run left behind, with the folder's path replaced.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "exit code: {}", self.code.map_or("none".to_owned(), |code| code.to_string()))?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "---- {name}\n{text}")?;
            }
        }
        Ok(())
    }
}

pub struct Sandbox {
    folder: tempfile::TempDir,
    home: tempfile::TempDir,
    git: Option<git2::Repository>,
    commits: i64,
}

impl Sandbox {
    /// An empty folder outside git.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), home: tempfile::tempdir().unwrap(), git: None, commits: 0 }
    }

    /// A folder with a portfolio outside git.
    pub fn portfolio() -> Self {
        Self::empty().write("relm.yaml", ROOT).write("releases/lantern.yaml", RELEASE)
    }

    /// A folder with a portfolio in a repository of one commit.
    pub fn repository() -> Self {
        let mut sandbox = Self::portfolio().init_git();
        sandbox.commit();
        sandbox
    }

    pub fn init_git(mut self) -> Self {
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head("main");
        self.git = Some(git2::Repository::init_opts(self.path(), &options).unwrap());
        self
    }

    pub fn git(&self) -> &git2::Repository {
        self.git.as_ref().unwrap()
    }

    /// The folder, links resolved.
    pub fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub fn write(self, path: &str, text: &str) -> Self {
        self.put(path, text.as_bytes());
        self
    }

    pub fn put(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Every file below the folder, git's own left out.
    pub fn files(&self) -> Vec<String> {
        let root = self.path();
        let mut files = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.ends_with(".git") {
                    folders.push(path);
                } else if !path.ends_with(".git") {
                    files.push(path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        files.sort();
        files
    }

    /// Commits everything in the folder; the identifier.
    pub fn commit(&mut self) -> String {
        self.commits += 1;
        let git = self.git();
        let mut index = git.index().unwrap();
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
        let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
        let at = git2::Time::new(EPOCH + 3600 * self.commits, 0);
        let who = git2::Signature::new("Test Person", "person@example.com", &at).unwrap();
        let parent = git.head().ok().map(|head| head.peel_to_commit().unwrap());
        let parents: Vec<_> = parent.iter().collect();
        let message = format!("Commit {}", self.commits);
        git.commit(Some("HEAD"), &who, &who, &message, &tree, &parents).unwrap().to_string()
    }

    /// The program, ready to run here.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_relm"));
        command.args(arguments).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command.env("HOME", self.home.path()).env("XDG_CONFIG_HOME", self.home.path().join("config"));
        command.env("TZ", "Pacific/Kiritimati").env("GIT_CONFIG_NOSYSTEM", "1").env("RELM_TODAY", TODAY);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.finish(&self.command(arguments).output().unwrap())
    }

    /// A run below the folder.
    pub fn run_in(&self, folder: &str, arguments: &[&str]) -> Run {
        self.finish(&self.command(arguments).current_dir(self.path().join(folder)).output().unwrap())
    }

    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        self.finish(&self.command(arguments).envs(variables.iter().copied()).output().unwrap())
    }

    pub fn finish(&self, output: &Output) -> Run {
        Run { code: output.status.code(), stdout: self.plain(&output.stdout), stderr: self.plain(&output.stderr) }
    }

    fn plain(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
        text.replace(self.path().to_str().unwrap(), "[ROOT]").replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
    }
}

/// Whether a folder holds a file that was meant to be renamed and was not.
pub fn has_leftovers(folder: &Path) -> bool {
    let mut names =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.any(|name| name.strip_prefix(".relm-").is_some_and(|rest| rest.contains(".tmp")))
}

/// A run that went well and whose lines fit 80 columns, without blanks at their ends.
pub fn fits(run: Run) -> Run {
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{run}");
    assert!(run.stdout.lines().all(|line| line.trim_end() == line), "{run}");
    run
}

/// What a report says as JSON.
pub fn report(sandbox: &Sandbox, arguments: &[&str]) -> serde_json::Value {
    let run = sandbox.run(&[&["report"], arguments, &["--format", "json"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    serde_json::from_str(&run.stdout).unwrap()
}

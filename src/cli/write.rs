//! How every command changes a manifest: alone, and read, edited, read again and judged before it is written.
//!
//! ```text
//! let (context, lock) = write::open(global, "set", dry_run)?;   // nobody else writes until `lock` is dropped
//! let mut draft = Draft::of(&context, file)?;                   // the text as it is
//! draft.edit(&Edit::set(…))?;                                   // as often as needed; comments and layout stay
//! let mut after = draft.preview(&context)?;                     // the portfolio as it would be
//! let faults = write::faults(&context, &after, &[]);            // what could not be read any more: a reason to refuse
//! draft.write(&context)?;                                       // as a whole or not at all
//! drop(lock);
//! let notes = write::notes(&context, &after);                   // what else a check would newly report
//! ```

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Duration;

use super::args::Global;
use super::context::{Context, reading_rules};
use super::error::{Error, plain_io};
use crate::analysis::compare::compare_findings;
use crate::diagnostic::{Finding, Severity, Span};
use crate::edit::{self, DiffLine, Edit, EditError, Lock, LockError, Rewrite};
use crate::git::Repo;
use crate::load::root::{ROOT_FILE, find_root};
use crate::report::set::{LineChange, LineView};

/// How long a command waits for others that write.
const PATIENCE: Duration = Duration::from_secs(60);

/// Opens the portfolio around the current folder for a command that changes it. Nobody else who opens it so may write until
/// the lock is dropped; a dry run needs none.
pub fn open<'g>(global: &'g Global, command: &str, dry_run: bool) -> Result<(Context<'g>, Option<Lock>), Error> {
    if global.at.is_some() {
        let error = Error::usage(format!("`{command}` writes into a file, so it cannot work at a revision"));
        return Err(error.hint("leave `--at` out"));
    }
    let root = find_root(Path::new(".")).ok().filter(|_| !dry_run);
    let lock = root.map(|root| lock(&root)).transpose()?;
    Ok((Context::open(global)?, lock))
}

/// In the folder of git where there is one that can be written to, so that nobody commits it; else hidden in the root.
fn lock(root: &Path) -> Result<Lock, Error> {
    let git = Repo::discover(root).ok().flatten().map(|repo| repo.git_dir().join("relm.lock"));
    let in_git = git.map(|path| Lock::take(&path, PATIENCE)).filter(|it| !matches!(it, Err(LockError::Refused(..))));
    in_git
        .unwrap_or_else(|| Lock::take(&root.join(".relm.lock"), PATIENCE))
        .map_err(|error| Error::output(error.to_string()).hint("nothing was written; run the command again"))
}

/// A file for a new manifest: in the folder where most of its kind live, else in the one where they do by habit.
pub fn file_among(context: &Context<'_>, siblings: &[Span], habit: &str, id: &str) -> String {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for span in siblings {
        let path = context.loaded.sources.path(span.file);
        // What stands in the settings says nothing about where files live.
        if path != ROOT_FILE {
            *folders.entry(path.rsplit_once('/').map_or("", |(folder, _)| folder)).or_default() += 1;
        }
    }
    // Of folders that hold as many, the last: `2027` rather than `2026`.
    let folder = folders.into_iter().max_by_key(|&(_, count)| count).map_or(habit, |(folder, _)| folder);
    if folder.is_empty() { format!("{id}.yaml") } else { format!("{folder}/{id}.yaml") }
}

/// A file as it is and as it shall be.
#[derive(Debug, Clone)]
pub struct Draft {
    file: String,
    before: Option<String>,
    after: String,
}

impl Draft {
    /// A file of the portfolio, by its path from the root; nothing is changed yet.
    pub fn of(context: &Context<'_>, file: &str) -> Result<Self, Error> {
        let unreadable = |why: &str| Error::input(format!("cannot read `{file}`: {why}"));
        let before = context.source.read_path(file).map_err(|error| unreadable(&error.to_string()))?;
        let before = String::from_utf8(before).map_err(|_| unreadable("it is not UTF-8"))?;
        Ok(Self { file: file.to_owned(), after: before.clone(), before: Some(before) })
    }

    /// A new file of the portfolio, by its path from the root, that begins as this text.
    pub fn new_file(file: &str, text: &str) -> Self {
        Self { file: file.to_owned(), before: None, after: text.to_owned() }
    }

    /// The path from the root.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The text as it was read; empty for a new file.
    pub fn before(&self) -> &str {
        self.before.as_deref().unwrap_or_default()
    }

    /// The text as it shall be.
    pub fn text(&self) -> &str {
        &self.after
    }

    /// Changes it; everything else stays as it is written.
    pub fn edit(&mut self, edit: &Edit) -> Result<(), Error> {
        self.after = edit::apply(&self.after, std::slice::from_ref(edit)).map_err(|error| self.stopped(&error))?;
        Ok(())
    }

    /// Adds another document at the end.
    pub fn add_document(&mut self, text: &str) {
        let newline = if self.after.contains("\r\n") { "\r\n" } else { "\n" };
        if !self.after.trim().is_empty() {
            if !self.after.ends_with('\n') {
                self.after += newline;
            }
            self.after.extend(["---", newline]);
        }
        self.after += &text.replace('\n', newline);
    }

    /// Why an edit of this file could not be made.
    pub fn stopped(&self, error: &EditError) -> Error {
        let stopped = Error::input(error.located(&self.file));
        match error.hint() {
            Some(hint) => stopped.hint(hint),
            None => stopped,
        }
    }

    /// Whether there is anything to write.
    pub fn is_changed(&self) -> bool {
        self.before.as_ref() != Some(&self.after)
    }

    /// The lines that are not the same before and after.
    pub fn diff(&self) -> Vec<DiffLine<'_>> {
        edit::diff(self.before.as_deref().unwrap_or_default(), &self.after)
    }

    /// Whether the file is made.
    pub fn is_new(&self) -> bool {
        self.before.is_none()
    }

    /// The portfolio as it would be with this change, judged at the same moment.
    pub fn preview<'g>(&self, context: &Context<'g>) -> Result<Context<'g>, Error> {
        context.with_text(&self.file, self.after.clone().into_bytes())
    }

    /// Puts the file in place, with the folders that lead to a new one; nothing when nothing changed. Refuses when somebody
    /// changed the file since it was read.
    pub fn write(&self, context: &Context<'_>) -> Result<(), Error> {
        write_all(std::slice::from_ref(self), context)
    }

    /// What is to be written, with the folders that lead to a new file.
    fn rewrite(&self, context: &Context<'_>) -> Result<Rewrite, Error> {
        let path = context.source.root().join(&self.file);
        if let Some(folder) = path.parent().filter(|_| self.before.is_none()) {
            std::fs::create_dir_all(folder).map_err(|error| {
                Error::output(format!("cannot make the folder `{}`: {}", folder.display(), plain_io(&error)))
            })?;
        }
        let before = self.before.clone().map(String::into_bytes);
        Ok(Rewrite { path, before, after: self.after.clone().into_bytes() })
    }
}

/// The portfolio as it would be with these changes, judged at the same moment.
pub fn preview<'g>(drafts: &[Draft], context: &Context<'g>) -> Result<Context<'g>, Error> {
    context.with_texts(drafts.iter().map(|draft| (draft.file.clone(), draft.after.clone().into_bytes())).collect())
}

/// Puts files in place, all or none, as [`Draft::write`] does one.
pub fn write_all(drafts: &[Draft], context: &Context<'_>) -> Result<(), Error> {
    let changed = drafts.iter().filter(|draft| draft.is_changed());
    let rewrites = changed.map(|draft| draft.rewrite(context)).collect::<Result<Vec<_>, _>>()?;
    edit::write(&rewrites).map_err(|error| Error::output(error.to_string()).hint(error.hint()))
}

/// The lines that are not the same before and after, for a view.
pub fn line_views(draft: &Draft) -> Vec<LineView> {
    let view = |line: DiffLine<'_>| match line {
        DiffLine::Removed(line, text) => LineView { change: LineChange::Removed, line, text: text.to_owned() },
        DiffLine::Added(line, text) => LineView { change: LineChange::Added, line, text: text.to_owned() },
    };
    draft.diff().into_iter().map(view).collect()
}

/// Errors of reading that are there only after the change, and those at a changed place, whatever was wrong there before:
/// such a change is not to be written.
pub fn faults(before: &Context<'_>, after: &Context<'_>, changed: &[Span]) -> Vec<Finding> {
    let rules = reading_rules();
    let found = after.judge(&rules).findings;
    let mut faults = compare_findings(&before.judge(&rules).findings, &found).introduced();
    let here = found.into_iter().filter(|finding| changed.iter().any(|span| span.contains(finding.span)));
    let missing: Vec<Finding> = here.filter(|finding| !faults.contains(finding)).collect();
    faults.extend(missing);
    faults.retain(|finding| finding.severity == Severity::Error);
    faults
}

/// What a check reports, as warning or error, only after the change, but for what [`faults`] finds.
pub fn notes(before: &Context<'_>, after: &Context<'_>) -> Vec<Finding> {
    let reading: HashSet<&str> = reading_rules().into_iter().collect();
    let mut notes = compare_findings(&before.judge(&[]).findings, &after.judge(&[]).findings).introduced();
    notes.retain(|finding| match finding.severity {
        Severity::Info => false,
        Severity::Warning => true,
        Severity::Error => !reading.contains(finding.rule),
    });
    notes
}

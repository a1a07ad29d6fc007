//! Which files differ between two trees.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use git2::{Commit, ObjectType, Oid, Repository, Tree, TreeEntry};

use super::GitError;

/// Folders kept open; a folder of many files takes long to read, and a walk comes to each as child and as parent.
const MAX_OPEN: usize = 256;

/// Opens folders, and keeps them for a while.
pub(super) struct Trees<'r> {
    repo: &'r Repository,
    open: RefCell<HashMap<Oid, Rc<Tree<'r>>>>,
}

impl<'r> Trees<'r> {
    pub(super) fn new(repo: &'r Repository) -> Self {
        Self { repo, open: RefCell::default() }
    }

    fn open(&self, id: Oid) -> Result<Rc<Tree<'r>>, GitError> {
        if let Some(known) = self.open.borrow().get(&id) {
            return Ok(Rc::clone(known));
        }
        let tree = Rc::new(self.repo.find_tree(id).map_err(|e| GitError::missing(self.repo, &e))?);
        let mut open = self.open.borrow_mut();
        if open.len() >= MAX_OPEN {
            open.clear();
        }
        open.insert(id, Rc::clone(&tree));
        Ok(tree)
    }

    /// The folder `prefix` of a commit; `None` where the commit does not have it.
    pub(super) fn folder(&self, commit: &Commit<'_>, prefix: &Path) -> Result<Option<Oid>, GitError> {
        if prefix.as_os_str().is_empty() {
            return Ok(Some(commit.tree_id()));
        }
        // The path may end at a file, or at nothing: either way the folder is not there.
        let entry = self.open(commit.tree_id())?.get_path(prefix).ok();
        Ok(entry.filter(|entry| entry.kind() == Some(ObjectType::Tree)).map(|entry| entry.id()))
    }
}

/// A file as a tree names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct File {
    pub(super) id: Oid,
    pub(super) mode: i32,
}

/// A file that is not the same in two trees; on one side it may not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// From the folder that was asked about, separated by `/`.
    pub(super) path: String,
    pub(super) old: Option<File>,
    pub(super) new: Option<File>,
}

/// The files that differ between two trees, in no particular order. Equal folders, which are nearly all, are not opened, nor
/// are those that `enters` says no to. Names that are not UTF-8 are left out.
pub(super) fn differences(
    trees: &Trees<'_>,
    old: Option<Oid>,
    new: Option<Oid>,
    enters: impl Fn(&str) -> bool,
) -> Result<Vec<Difference>, GitError> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), old, new)];
    while let Some((base, old, new)) = open.pop() {
        if old == new {
            continue;
        }
        let (old, new) = (old.map(|id| trees.open(id)).transpose()?, new.map(|id| trees.open(id)).transpose()?);
        each_difference(old.as_deref(), new.as_deref(), |old, new| {
            let Some(entry) = new.or(old) else { return };
            let Ok(name) = std::str::from_utf8(entry.name_bytes()) else { return };
            match entry.kind() {
                Some(ObjectType::Tree) => {
                    let path = format!("{base}{name}");
                    if enters(&path) {
                        open.push((path + "/", old.map(TreeEntry::id), new.map(TreeEntry::id)));
                    }
                }
                Some(ObjectType::Blob) => {
                    let file = |entry: &TreeEntry<'_>| File { id: entry.id(), mode: entry.filemode() };
                    found.push(Difference { path: format!("{base}{name}"), old: old.map(file), new: new.map(file) });
                }
                _ => {}
            }
        });
    }
    Ok(found)
}

/// Walks two trees side by side. A file and a folder of one name are two things, as they are in git's own order.
fn each_difference(
    old: Option<&Tree<'_>>,
    new: Option<&Tree<'_>>,
    mut visit: impl FnMut(Option<&TreeEntry<'_>>, Option<&TreeEntry<'_>>),
) {
    let (mut at_old, mut at_new) = (0, 0);
    loop {
        let before = old.and_then(|tree| tree.get(at_old));
        let after = new.and_then(|tree| tree.get(at_new));
        let order = match (&before, &after) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => in_order(before, after),
        };
        match order {
            Ordering::Less => visit(before.as_ref(), None),
            Ordering::Greater => visit(None, after.as_ref()),
            Ordering::Equal => {
                let same = |(a, b): (&TreeEntry<'_>, &TreeEntry<'_>)| a.id() == b.id() && a.filemode() == b.filemode();
                if !before.as_ref().zip(after.as_ref()).is_some_and(same) {
                    visit(before.as_ref(), after.as_ref());
                }
            }
        }
        at_old += usize::from(order != Ordering::Greater);
        at_new += usize::from(order != Ordering::Less);
    }
}

/// The order of entries in a tree: by bytes, folders as if their names ended with `/`.
fn in_order(a: &TreeEntry<'_>, b: &TreeEntry<'_>) -> Ordering {
    let (first, second) = (a.name_bytes(), b.name_bytes());
    let common = first.len().min(second.len());
    let next = |entry: &TreeEntry<'_>, name: &[u8]| {
        name.get(common).copied().or((entry.kind() == Some(ObjectType::Tree)).then_some(b'/'))
    };
    first[..common].cmp(&second[..common]).then_with(|| next(a, first).cmp(&next(b, second)))
}

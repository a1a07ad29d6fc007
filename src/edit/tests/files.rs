#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;

fn rewrite(path: &Path, before: Option<&str>, after: &str) -> Rewrite {
    Rewrite { path: path.into(), before: before.map(|text| text.as_bytes().to_vec()), after: after.as_bytes().to_vec() }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn several_files_are_written_and_nothing_else_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a.yaml"), folder.path().join("b.yaml"));
    fs::write(&a, "one").unwrap();
    write(&[rewrite(&a, Some("one"), "two"), rewrite(&b, None, "new")]).unwrap();
    assert_eq!((fs::read_to_string(&a).unwrap(), fs::read_to_string(&b).unwrap()), ("two".into(), "new".into()));
    assert_eq!(names(folder.path()), ["a.yaml", "b.yaml"]);
}

#[test]
fn what_somebody_else_changed_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a.yaml"), folder.path().join("b.yaml"));
    fs::write(&a, "one").unwrap();
    fs::write(&b, "theirs").unwrap();
    for second in [rewrite(&b, Some("ours"), "x"), rewrite(&b, None, "x")] {
        let error = write(&[rewrite(&a, Some("one"), "two"), second]).unwrap_err();
        assert!(matches!(&error, WriteError::Changed(path) if *path == b), "{error:?}");
    }
    let gone = write(&[rewrite(&folder.path().join("c.yaml"), Some("x"), "y")]).unwrap_err();
    assert!(
        gone.to_string().ends_with("c.yaml` was changed by somebody else meanwhile; nothing was written"),
        "{gone}"
    );
    assert_eq!((fs::read_to_string(&a).unwrap(), fs::read_to_string(&b).unwrap()), ("one".into(), "theirs".into()));
    assert_eq!(names(folder.path()), ["a.yaml", "b.yaml"]);
}

#[test]
fn a_later_failure_puts_earlier_files_back() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b, new) = (folder.path().join("a.yaml"), folder.path().join("b.yaml"), folder.path().join("new.yaml"));
    fs::write(&a, "one").unwrap();
    // Both see an empty place; the second finds it taken when it comes.
    let twice = [rewrite(&a, Some("one"), "two"), rewrite(&b, None, "x"), rewrite(&b, None, "y")];
    assert!(matches!(write(&twice).unwrap_err(), WriteError::Changed(path) if path == b));
    assert_eq!(fs::read_to_string(&a).unwrap(), "one");
    assert_eq!(names(folder.path()), ["a.yaml"]);
    let error =
        write(&[rewrite(&new, None, "x"), rewrite(&folder.path().join("no/such.yaml"), None, "y")]).unwrap_err();
    assert!(error.to_string().contains("there is no folder"), "{error}");
    assert_eq!(names(folder.path()), ["a.yaml"]);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("a.yaml"), folder.path().join("link.yaml"));
    fs::write(&path, "one").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("a.yaml", &link).unwrap();
    write(&[rewrite(&link, Some("one"), "two")]).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "two");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
    let error = write(&[rewrite(&path, Some("two"), "three")]).unwrap_err();
    assert!(error.to_string().ends_with("it is read-only"), "{error}");
    let error = write(&[rewrite(folder.path(), Some(""), "x")]).unwrap_err();
    assert!(error.to_string().ends_with("it is no ordinary file"), "{error}");
    // A link that leads nowhere is no empty place.
    let dangling = folder.path().join("dangling.yaml");
    std::os::unix::fs::symlink("nowhere", &dangling).unwrap();
    assert!(write(&[rewrite(&dangling, None, "x")]).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "two");
}

#[test]
fn what_is_unfinished_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let unfinished = Unfinished::beside(folder.path()).unwrap();
    assert!(unfinished.file.path().exists());
    UNFINISHED.lock().unwrap().retain(|path| path.starts_with(folder.path()));
    remove_unfinished();
    assert_eq!(names(folder.path()), [] as [String; 0]);
}

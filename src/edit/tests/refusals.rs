//! What is not changed, and what is said instead.

use super::*;

const HEAD: &str = "kind: environment\nid: e\n";

fn refused(below: &str, edit: impl Fn(&str) -> Result<String, EditError>) -> EditError {
    edit(&format!("{HEAD}{below}")).expect_err(below)
}

fn item() -> Value {
    Value::mapping([("id", "n")])
}

#[test]
fn aliases_and_what_they_repeat() {
    for (below, path, line) in [
        ("a: &a {b: 1}\nx: *a\n", &["x", "b"][..], 4),
        ("a: &a {b: 1}\nx: *a\n", &["x"], 4),
        ("a: &a {b: 1}\nx: *a\n", &["a", "b"], 3),
        ("a: &a {b: 1}\nx: *a\n", &["a", "new"], 3),
        ("a: {b: &b 1}\nx: [*b]\n", &["a", "b"], 3),
        ("a: &a [{id: i}]\nx: [*a]\n", &["a", "i", "new"], 3),
        ("a: &a {id: i}\nx: [*a]\n", &["x", "i", "new"], 4),
        ("a: &a {id: i}\nx:\n- *a\n", &["x", "i", "new"], 5),
    ] {
        let error = refused(below, |text| set(text, path, "2"));
        assert!(matches!(error, EditError::Repeated { .. }), "{below}: {error:?}");
        assert_eq!(error.line(), Some(line), "{below}");
    }
    // An anchor that nobody repeats, or beside the place, is no obstacle.
    assert!(set(&format!("{HEAD}a: &a {{b: 1}}\nx: 1\n"), &["a", "b"], "2").is_ok());
    assert!(set(&format!("{HEAD}a: {{b: &b 1}}\nx: *b\n"), &["a", "c"], "2").is_ok());
    let error = refused("a: &a [1]\nx: *a\n", |text| append(text, &["x"], item()));
    assert_eq!(
        error.located("e.yaml"),
        "e.yaml:4: `x` is shared by an anchor and an alias, so a change here would change other places"
    );
    let error = refused("a: &a {b: 1}\nx: {<<: *a}\n", |text| set(text, &["a", "b"], "2"));
    assert_eq!(error.to_string(), "this file cannot be changed before it can be read: merge keys (`<<`) are not read");
    assert_eq!((error.line(), error.hint().as_deref()), (Some(4), Some("write the fields out")));
}

#[test]
fn faults_anywhere_in_the_file() {
    for below in ["x: [\n", "x: 1\nx: 2\n", "x: {b: 1}\n---\n@\n", "<<<<<<< a\n=======\n>>>>>>> b\n", "x: !secret y\n"]
    {
        let error = refused(below, |text| set(text, &["stage"], "uat"));
        assert!(matches!(error, EditError::Unreadable { .. }), "{below}: {error:?}");
        assert!(error.line().is_some() && error.hint().is_some(), "{below}");
    }
}

#[test]
fn places_that_are_not_there() {
    let text = format!("{HEAD}phases:\n  - {{id: build}}\n  - {{id: build-2}}\n---\nkind: environment\nid: f\n");
    let error = set(&text, &["phases", "biuld", "progress"], "1").unwrap_err();
    assert_eq!(error.located("e.yaml"), "e.yaml:4: there is no `phases/biuld`");
    assert_eq!(error.hint().as_deref(), Some("did you mean `build`?"));
    let edit = Edit::set(environment(), [Step::from("phases"), Step::from(2), Step::from("x")], "1");
    assert_eq!(apply(&text, &[edit]).unwrap_err().to_string(), "there is no `phases/3`");
    let edit = Edit::set(environment(), [Step::from("new"), Step::from(0)], "1");
    assert_eq!(apply(&text, &[edit]).unwrap_err().to_string(), "there is no `new/1`");
    let edit = Edit::set(Document::named(Kind::Release, "e"), ["x"], "1");
    let error = apply(&text, &[edit]).unwrap_err();
    assert_eq!(
        (error.located("e.yaml").as_str(), error.line()),
        ("e.yaml: there is no `release/e` in this file", None)
    );
    assert!(apply("", &[Edit::set(environment(), ["x"], "1")]).is_err());
}

#[test]
fn places_that_are_not_certain() {
    let text = format!("{HEAD}phases: [{{id: a}},\n  {{id: a}}]\n");
    let error = set(&text, &["phases", "a", "progress"], "1").unwrap_err();
    assert_eq!(
        error.located("e.yaml"),
        "e.yaml:4: `phases/a` stands here twice, first in line 3, so it is not certain which is meant"
    );
    let error = set(&format!("{HEAD}---\n{HEAD}"), &["x"], "1").unwrap_err();
    assert!(matches!(&error, EditError::Twice { what, first: 1, line: 4 } if what == "environment/e"), "{error:?}");
}

#[test]
fn other_shapes() {
    for (below, message) in [
        ("x: [1]\n", "`x` should hold a single value, but holds a list"),
        ("x: {a: 1}\n", "`x` should hold a single value, but holds a mapping"),
    ] {
        assert_eq!(refused(below, |text| set(text, &["x"], "1")).to_string(), message);
    }
    for (below, path, message) in [
        ("x: 1\n", &["x"][..], "`x` should hold a list, but holds text"),
        ("x: {a: 1}\n", &["x"], "`x` should hold a list, but holds a mapping"),
        ("x: 1\n", &["x", "y"], "`x` should hold a mapping, but holds text"),
    ] {
        assert_eq!(refused(below, |text| append(text, path, item())).to_string(), message);
    }
    let error =
        refused("x: {a: 1}\n", |text| apply(text, &[Edit::set(environment(), [Step::from("x"), Step::from(0)], "1")]));
    assert_eq!(error.to_string(), "`x` should hold a list, but holds a mapping");
}

#[test]
fn layouts_that_leave_no_room() {
    // A pair in a list without braces; a comment that would speak of the new line.
    let pair = refused("x: [a: b]\n", |text| {
        apply(text, &[Edit::set(environment(), [Step::from("x"), Step::from(0), Step::from("c")], "1")])
    });
    let comment =
        refused("x:\n  - {id: a} # relm: allow idle-environment — why\nz: 1\n", |text| append(text, &["x"], item()));
    for error in [pair, comment] {
        assert!(matches!(error, EditError::Layout { .. }), "{error:?}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn one_refusal_leaves_all_as_it_was_and_nothing_is_a_change() {
    let text = format!("{HEAD}x: 1\n");
    let edits = [Edit::set(environment(), ["x"], "2"), Edit::append(environment(), ["x"], item())];
    assert!(apply(&text, &edits).is_err());
    assert_eq!(apply(&text, &[]).unwrap(), text);
    assert_eq!(apply(&text, &[Edit::append_all(environment(), ["x"], Vec::new())]).unwrap(), text);
}

#[test]
fn files_do_not_outgrow_what_is_read() {
    let text = format!("{HEAD}x: 1\n");
    let huge = "y".repeat(usize::try_from(crate::load::source::MAX_FILE_SIZE).unwrap());
    assert_eq!(set(&text, &["x"], &huge), Err(EditError::TooLarge));
}

#[test]
fn documents_are_found_by_number_too() {
    let log = "kind: deployments\nentries: [{id: a}]\n";
    let text = format!("{log}---\n---\n{log}---\nkind: environment\nid: e\n");
    let set = |kind, number| apply(&text, &[Edit::set(Document::numbered(kind, number), ["x"], "1")]);
    assert_eq!(set(Kind::Deployments, 0), Ok(text.replacen("[{id: a}]\n", "[{id: a}]\nx: 1\n", 1)));
    assert_eq!(
        set(Kind::Deployments, 1),
        Ok(text.replace("[{id: a}]\n---\nkind: env", "[{id: a}]\nx: 1\n---\nkind: env"))
    );
    assert!(matches!(set(Kind::Deployments, 2), Err(EditError::NoDocument { .. })));
    assert!(matches!(set(Kind::Environment, 3), Err(EditError::NoDocument { .. })));
}

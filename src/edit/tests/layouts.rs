//! Layouts people write, before and after.

use super::*;

/// What the tests append: `{id: n, to: 2026-11-27}`.
fn item() -> Value {
    Value::mapping([("id", "n"), ("to", "2026-11-27")])
}

/// The text below a head that names the document.
fn appended(below: &str) -> String {
    below_head(below, |text| append(text, &["list"], item()))
}

fn set_x(below: &str, path: &[&str], value: &str) -> String {
    below_head(below, |text| set(text, path, value))
}

fn below_head(below: &str, edit: impl Fn(&str) -> Result<String, EditError>) -> String {
    let head = if below.contains("\r\n") { "kind: environment\r\nid: e\r\n" } else { "kind: environment\nid: e\n" };
    let text = format!("{head}{below}");
    let after = edit(&text).unwrap_or_else(|error| panic!("{}\n{text}", error.located("e.yaml")));
    after.strip_prefix(head).unwrap_or_else(|| panic!("the head is gone:\n{after}")).to_owned()
}

#[test]
fn lists_with_dashes() {
    let n = "{id: n, to: 2026-11-27}";
    for (before, after) in [
        ("list:\n  - {id: a}\n", format!("list:\n  - {{id: a}}\n  - {n}\n")),
        ("list:\n- {id: a}\nz: 1\n", format!("list:\n- {{id: a}}\n- {n}\nz: 1\n")),
        ("list:\n- [x]\nz: 1\n", format!("list:\n- [x]\n- {n}\nz: 1\n")),
        ("list:\n- - x\n- - y\nz: 1\n", format!("list:\n- - x\n- - y\n- {n}\nz: 1\n")),
        ("list:\n    -   {id: a}\n", format!("list:\n    -   {{id: a}}\n    -   {n}\n")),
        ("list:\n  - a\n  - b # c\n", format!("list:\n  - a\n  - b # c\n  - {n}\n")),
        // The style of the last mapping, not of the last item.
        ("list:\n  - {id: a}\n  - b\n", format!("list:\n  - {{id: a}}\n  - b\n  - {n}\n")),
        ("list:\n  - id: a\n    to: b\n", "list:\n  - id: a\n    to: b\n  - id: n\n    to: 2026-11-27\n".into()),
        (
            "list:\n- id: a\n  to:\n  - b\nz: 1\n",
            "list:\n- id: a\n  to:\n  - b\n- id: n\n  to: 2026-11-27\nz: 1\n".into(),
        ),
        ("list:\n  -\n    id: a\n", "list:\n  -\n    id: a\n  - id: n\n    to: 2026-11-27\n".into()),
        (
            "list:\n  -   id: a\n      to: b\n",
            "list:\n  -   id: a\n      to: b\n  -   id: n\n      to: 2026-11-27\n".into(),
        ),
        ("list:\n  - &x {id: a}\nz: *x\n", format!("list:\n  - &x {{id: a}}\n  - {n}\nz: *x\n")),
        ("x: &x {id: a}\nlist:\n  - *x\n", format!("x: &x {{id: a}}\nlist:\n  - *x\n  - {n}\n")),
        ("x: &x {id: a}\nlist:\n- *x\nz: 1\n", format!("x: &x {{id: a}}\nlist:\n- *x\n- {n}\nz: 1\n")),
        (
            "list: # all\n  # first\n  - {id: a} # one\n\n\nz: 1\n",
            format!("list: # all\n  # first\n  - {{id: a}} # one\n  - {n}\n\n\nz: 1\n"),
        ),
        // A blank line between neighbours comes before the new one too.
        ("list:\n  - {id: a}\n\n  - {id: b}\n", format!("list:\n  - {{id: a}}\n\n  - {{id: b}}\n\n  - {n}\n")),
        ("list:\n  - {id: a,\n     to: b}\n", format!("list:\n  - {{id: a,\n     to: b}}\n  - {n}\n")),
        // Only what is indented deeper belongs to the item.
        (
            "list:\n  - {id: a} # one\n            # two\n  # three\nz: 1\n",
            format!("list:\n  - {{id: a}} # one\n            # two\n  - {n}\n  # three\nz: 1\n"),
        ),
        ("list:\n  - {id: a}\n# about z\nz: 1\n", format!("list:\n  - {{id: a}}\n  - {n}\n# about z\nz: 1\n")),
        ("list:\n  - {id: a}\n\t\t\t# tabs\t#\n", format!("list:\n  - {{id: a}}\n\t\t\t# tabs\t#\n  - {n}\n")),
        // No line break at the end stays none.
        ("list:\n  - {id: a}", format!("list:\n  - {{id: a}}\n  - {n}")),
        ("list:\n  - {id: a} # end", format!("list:\n  - {{id: a}} # end\n  - {n}")),
        ("list:\n  - {id: a}\n...\n", format!("list:\n  - {{id: a}}\n  - {n}\n...\n")),
        ("list:\r\n  - {id: a} # c\r\nz: 1\r\n", format!("list:\r\n  - {{id: a}} # c\r\n  - {n}\r\nz: 1\r\n")),
        ("list:\r\n  - {id: a}", format!("list:\r\n  - {{id: a}}\r\n  - {n}")),
        (
            "list:\n  - |\n    # no comment\n\n  # c\nz: 1\n",
            format!("list:\n  - |\n    # no comment\n  - {n}\n\n  # c\nz: 1\n"),
        ),
        // Blank lines that a block scalar keeps are its own.
        ("list:\n  - |+\n    x\n\n\nz: 1\n", format!("list:\n  - |+\n    x\n\n\n  - {n}\nz: 1\n")),
        ("list:\n  - >-\n    x\n    y", format!("list:\n  - >-\n    x\n    y\n  - {n}")),
        ("list:\n  - 🚀 שלום # مرحبا\n", format!("list:\n  - 🚀 שלום # مرحبا\n  - {n}\n")),
        ("list:\n  - \n  -\nz: 1\n", format!("list:\n  - \n  -\n  - {n}\nz: 1\n")),
    ] {
        assert_eq!(appended(before), after, "{before}");
    }
}

#[test]
fn lists_with_brackets() {
    let n = "{id: n, to: 2026-11-27}";
    for (before, after) in [
        ("list: []\n", format!("list: [{n}]\n")),
        ("list: [ ] # none\n", format!("list: [{n} ] # none\n")),
        ("list: [\n  # none\n]\n", format!("list: [{n}\n  # none\n]\n")),
        ("list: [a]\n", format!("list: [a, {n}]\n")),
        ("list: [ a , b ]\n", format!("list: [ a , b, {n} ]\n")),
        ("list: [a, b, ]\n", format!("list: [a, b, {n}, ]\n")),
        ("list: [\"]\", ']', {id: \",#\"}] # ]\n", format!("list: [\"]\", ']', {{id: \",#\"}}, {n}] # ]\n")),
        ("list: [a,\n  b] # c\n", format!("list: [a,\n  b,\n  {n}] # c\n")),
        ("list: [a, b # ] ,\n  ]\n", format!("list: [a, b, {n} # ] ,\n  ]\n")),
        ("list: [\n  a,\n  b\n]\n", format!("list: [\n  a,\n  b,\n  {n}\n]\n")),
        (
            "list: [\n  a, # one,\n  b # two]\n  # three\n]\n",
            format!("list: [\n  a, # one,\n  b, # two]\n  {n}\n  # three\n]\n"),
        ),
        ("list: [\n  a,\n  b, # two\n]\n", format!("list: [\n  a,\n  b, # two\n  {n},\n]\n")),
        ("list: [\r\n   a,\r\n   b\r\n ]\r\n", format!("list: [\r\n   a,\r\n   b,\r\n   {n}\r\n ]\r\n")),
        ("list:\n  [ a\n  , b\n  ]\n", format!("list:\n  [ a\n  , b, {n}\n  ]\n")),
        ("list: [\n  {id: a,\n   to: b}\n]\n", format!("list: [\n  {{id: a,\n   to: b}},\n  {n}\n]\n")),
        ("x: &x a\nlist: [*x]\n", format!("x: &x a\nlist: [*x, {n}]\n")),
        ("x: &x a\nlist: [b, *x , *x, # *x\n  ]\n", format!("x: &x a\nlist: [b, *x , *x, {n}, # *x\n  ]\n")),
        ("list: [é, 🚀]", format!("list: [é, 🚀, {n}]")),
        ("list:\n  [\n  ]\n", format!("list:\n  [{n}\n  ]\n")),
    ] {
        assert_eq!(appended(before), after, "{before}");
    }
}

#[test]
fn lists_that_are_not_there() {
    let n = "{id: n, to: 2026-11-27}";
    for (before, after) in [
        ("", format!("list:\n  - {n}\n")),
        ("list:\n", format!("list:\n  - {n}\n")),
        ("list: # none yet\nz: 1\n", format!("list: # none yet\n  - {n}\nz: 1\n")),
        ("list:\n  # - {id: old}\nz: 1\n", format!("list:\n  # - {{id: old}}\n  - {n}\nz: 1\n")),
        ("list: ~ # none\n", format!("list: [{n}] # none\n")),
        ("list: null\n", format!("list: [{n}]\n")),
        ("list:", format!("list:\n  - {n}")),
        ("list: \nz: 1\n", format!("list: \n  - {n}\nz: 1\n")),
        ("z: 1 # c\n", format!("z: 1 # c\nlist:\n  - {n}\n")),
        ("z: 1\n\n# about nothing\n", format!("z: 1\nlist:\n  - {n}\n\n# about nothing\n")),
        (
            "z: 1\n\n# next\n---\nkind: project\nid: p\n",
            format!("z: 1\nlist:\n  - {n}\n\n# next\n---\nkind: project\nid: p\n"),
        ),
        ("z:\n- a\n- b\n", format!("z:\n- a\n- b\nlist:\n- {n}\n")),
        ("z:\n    - a\n", format!("z:\n    - a\nlist:\n    - {n}\n")),
        ("z:\r\n  - a\r\n", format!("z:\r\n  - a\r\nlist:\r\n  - {n}\r\n")),
        ("z: |\n  text\n\n", format!("z: |\n  text\nlist:\n  - {n}\n\n")),
        ("z: |+\n  text\n\n", format!("z: |+\n  text\n\nlist:\n  - {n}\n")),
        ("z: |", format!("z: |\nlist:\n  - {n}")),
        ("z:", format!("z:\nlist:\n  - {n}")),
        ("z:\n  y:\n", format!("z:\n  y:\nlist:\n  - {n}\n")),
        ("z: \"a\n  b\" # c", format!("z: \"a\n  b\" # c\nlist:\n  - {n}")),
        ("z: {a: [b,\n  c]}\n", format!("z: {{a: [b,\n  c]}}\nlist:\n  - {n}\n")),
    ] {
        assert_eq!(appended(before), after, "{before}");
    }
    let flow = "--- {kind: environment, id: e}\n";
    assert_eq!(append(flow, &["list"], item()).unwrap(), format!("--- {{kind: environment, id: e, list: [{n}]}}\n"));
    let flow = "{kind: environment, id: e, list: }\n";
    assert_eq!(append(flow, &["list"], item()).unwrap(), format!("{{kind: environment, id: e, list: [{n}]}}\n"));
    let flow = "{kind: environment, list, id: e}";
    assert_eq!(append(flow, &["list"], item()).unwrap(), format!("{{kind: environment, list: [{n}], id: e}}"));
}

#[test]
fn lists_deep_inside() {
    for (before, path, after) in [
        (
            "a:\n  b:\n    - {id: x}\n  c: 1\n",
            &["a", "b"][..],
            "a:\n  b:\n    - {id: x}\n    - {id: n, to: 2026-11-27}\n  c: 1\n",
        ),
        (
            "a:\n  c: 1\n  # of a\nd: 2\n",
            &["a", "b"],
            "a:\n  c: 1\n  b:\n    - {id: n, to: 2026-11-27}\n  # of a\nd: 2\n",
        ),
        (
            "a:\n  - id: x\n    c: 1\n  - id: y\n",
            &["a", "x", "b"],
            "a:\n  - id: x\n    c: 1\n    b:\n      - {id: n, to: 2026-11-27}\n  - id: y\n",
        ),
        ("a:\n  - {id: x, c: 1}\n", &["a", "x", "b"], "a:\n  - {id: x, c: 1, b: [{id: n, to: 2026-11-27}]}\n"),
        (
            "a:\n  - {id: x, b: [{id: y}]} # c\n",
            &["a", "x", "b"],
            "a:\n  - {id: x, b: [{id: y}, {id: n, to: 2026-11-27}]} # c\n",
        ),
        ("a:\n", &["a", "b", "c"], "a: {b: {c: [{id: n, to: 2026-11-27}]}}\n"),
        ("", &["a", "b"], "a: {b: [{id: n, to: 2026-11-27}]}\n"),
        ("a: {}\n", &["a", "b"], "a: {b: [{id: n, to: 2026-11-27}]}\n"),
    ] {
        assert_eq!(below_head(before, |text| append(text, path, item())), after, "{before}");
    }
}

#[test]
fn single_values_are_replaced() {
    for (before, value, after) in [
        ("x: 1 # c\n", "2", "x: 2 # c\n"),
        ("x:   'a b'   # c\ny: 1\n", "c", "x:   c   # c\ny: 1\n"),
        ("x: \"a\"", "b", "x: b"),
        ("x: a\n  b\n  c # d\ny: 1\n", "e", "x: e # d\ny: 1\n"),
        ("x: \"a\n  b\" # c\n", "d", "x: d # c\n"),
        ("x:\n  a\ny: 1\n", "b", "x:\n  b\ny: 1\n"),
        ("x:\ny: 1\n", "b", "x: b\ny: 1\n"),
        ("x: \ny: 1\n", "b", "x: b\ny: 1\n"),
        ("x:   # c\r\ny: 1\r\n", "b", "x: b  # c\r\ny: 1\r\n"),
        ("x:", "b", "x: b"),
        ("x: ~ # c\n", "b", "x: b # c\n"),
        ("x: &a 1\n", "2", "x: &a 2\n"),
        ("x: &a\ny: 1\n", "2", "x: &a 2\ny: 1\n"),
        ("x: !!str 1\n", "2", "x: !!str 2\n"),
        ("x: |\n  a\n  b\n\n# c\ny: 1\n", "d", "x: d\n\n# c\ny: 1\n"),
        ("x: &a !!str >2-  # c\n    a\n\n  b\ny: 1\n", "d", "x: &a !!str d  # c\ny: 1\n"),
        ("x: |\ny: 1\n", "d", "x: d\ny: 1\n"),
        ("x: >\r\n  a\r\ny: 1\r\n", "d", "x: d\r\ny: 1\r\n"),
        ("\"x\" : 1\n", "2", "\"x\" : 2\n"),
        ("? x\n: 1\n", "2", "? x\n: 2\n"),
        ("x: שלום # 🚀\n", "مرحبا", "x: مرحبا # 🚀\n"),
    ] {
        assert_eq!(set_x(before, &["x"], value), after, "{before}");
        // Once more it says so already.
        assert_eq!(set_x(after, &["x"], value), after, "{before}");
    }
}

#[test]
fn single_values_inside_others() {
    for (before, path, after) in [
        ("a:\n  - {id: x, p: 40, q: 1} # c\n", &["a", "x", "p"][..], "a:\n  - {id: x, p: 60, q: 1} # c\n"),
        ("a:\n  - {id: x}\n", &["a", "x", "p"], "a:\n  - {id: x, p: 60}\n"),
        ("a:\n  - { id: x , }\n", &["a", "x", "p"], "a:\n  - { id: x , p: 60, }\n"),
        ("a: [{id: x, p: }, {p}]\n", &["a", "x", "p"], "a: [{id: x, p: 60}, {p}]\n"),
        (
            "a:\n  - id: x\n    # why\n    q: 1\n\n  - id: y\n",
            &["a", "x", "p"],
            "a:\n  - id: x\n    # why\n    q: 1\n    p: 60\n\n  - id: y\n",
        ),
        ("a:\n  - id: x\n    b: {c: 1}\n", &["a", "x", "b", "d", "p"], "a:\n  - id: x\n    b: {c: 1, d: {p: 60}}\n"),
        ("a:\n- id: x\n- id: y\nz: 1\n", &["a", "y", "p"], "a:\n- id: x\n- id: y\n  p: 60\nz: 1\n"),
        (
            "a:\n  - {\n      id: x, # one\n      q: 1 # two\n    }\n",
            &["a", "x", "p"],
            "a:\n  - {\n      id: x, # one\n      q: 1, # two\n      p: 60\n    }\n",
        ),
        ("a: {\n  b: {},\n}\n", &["a", "b", "p"], "a: {\n  b: {p: 60},\n}\n"),
        ("a: {\"b\":1}\n", &["a", "p"], "a: {\"b\":1, p: 60}\n"),
        ("a: {b, c}\n", &["a", "p"], "a: {b, c, p: 60}\n"),
        ("a: {b: ,c: }\n", &["a", "p"], "a: {b: ,c:, p: 60 }\n"),
        ("x: &x 1\na: {b: *x }\n", &["a", "p"], "x: &x 1\na: {b: *x, p: 60 }\n"),
        ("a: [u, v]\n", &["a", "v"], "a: [u, 60]\n"),
    ] {
        assert_eq!(set_x(before, path, "60"), after, "{before}");
    }
    let second = Edit::set(environment(), [Step::from("a"), Step::from(1), Step::from("p")], "60");
    let after = below_head("a: [{u: 1}, {v: 2}]\n", |text| apply(text, std::slice::from_ref(&second)));
    assert_eq!(after, "a: [{u: 1}, {v: 2, p: 60}]\n");
}

#[test]
fn texts_are_quoted_where_they_must_be() {
    for (text, block, flow) in [
        ("Load test", "Load test", "Load test"),
        ("2026-12-05T22:00", "2026-12-05T22:00", "2026-12-05T22:00"),
        ("target - 5d", "target - 5d", "target - 5d"),
        ("-1", "-1", "-1"),
        ("- x", "\"- x\"", "\"- x\""),
        ("-", "\"-\"", "\"-\""),
        ("a, b", "a, b", "\"a, b\""),
        ("a [b]", "a [b]", "\"a [b]\""),
        (">= 0.9", "\">= 0.9\"", "\">= 0.9\""),
        ("FREQ=WEEKLY;BYDAY=SA", "FREQ=WEEKLY;BYDAY=SA", "FREQ=WEEKLY;BYDAY=SA"),
        ("a: b", "\"a: b\"", "\"a: b\""),
        ("a:", "\"a:\"", "\"a:\""),
        ("a # b", "\"a # b\"", "\"a # b\""),
        ("a#b", "a#b", "a#b"),
        ("", "\"\"", "\"\""),
        ("~", "\"~\"", "\"~\""),
        ("null", "\"null\"", "\"null\""),
        ("no", "no", "no"),
        ("1.10", "1.10", "1.10"),
        (" a", "\" a\"", "\" a\""),
        ("a\n", "\"a\\n\"", "\"a\\n\""),
        ("a\tb", "\"a\\tb\"", "\"a\\tb\""),
        ("it's", "it's", "it's"),
        ("'a'", "\"'a'\"", "\"'a'\""),
        ("\"a\": b", "'\"a\": b'", "'\"a\": b'"),
        ("\"a\": it's \\", "\"\\\"a\\\": it's \\\\\"", "\"\\\"a\\\": it's \\\\\""),
        ("\u{1b}[2J", "\"\\u001b[2J\"", "\"\\u001b[2J\""),
        ("\u{202e}abc", "\"\\u202eabc\"", "\"\\u202eabc\""),
        ("---", "\"---\"", "\"---\""),
        ("שלום 🚀", "שלום 🚀", "שלום 🚀"),
        ("@x", "\"@x\"", "\"@x\""),
        ("<<", "\"<<\"", "\"<<\""),
    ] {
        assert_eq!(set_x("x: 1\n", &["x"], text), format!("x: {block}\n"), "{text:?}");
        assert_eq!(set_x("a: {x: 1}\n", &["a", "x"], text), format!("a: {{x: {flow}}}\n"), "{text:?}");
    }
}

#[test]
fn values_of_every_shape() {
    let waiver = Value::mapping([("by", "erin"), ("reason", "Tested, unchanged"), ("expires", "2026-12-31")]);
    let text = "kind: release\nid: r\ngates:\n  - id: go\n    criteria:\n      - {id: pen} # outside\n";
    let release = || Document::named(Kind::Release, "r");
    let edits = [
        Edit::set(release(), ["gates", "go", "criteria", "pen", "status"], "waived"),
        Edit::set(release(), ["gates", "go", "criteria", "pen", "waiver"], waiver),
        Edit::append(
            release(),
            ["gates"],
            Value::mapping([
                ("id", Value::from("uat")),
                ("approvals", Value::List(vec![Value::mapping([("by", "bob")])])),
            ]),
        ),
        Edit::set(release(), ["phases"], Value::List(vec!["a".into(), "b".into()])),
        Edit::set(release(), ["exclusive"], true),
    ];
    assert_eq!(
        apply(text, &edits).unwrap(),
        "kind: release\nid: r\ngates:\n  - id: go\n    criteria:\n      - {id: pen, status: waived, waiver: {by: erin, reason: \"Tested, unchanged\", expires: 2026-12-31}} # outside\n  - id: uat\n    approvals:\n      - {by: bob}\nphases: [a, b]\nexclusive: true\n"
    );
}

#[test]
fn what_holds_a_table_is_written_in_lines() {
    let gate =
        || Value::mapping([("id", "go".into()), ("approvals", Value::List(vec![Value::mapping([("by", "bob")])]))]);
    let below = |below: &str| below_head(below, |text| append(text, &["list"], gate()));
    let item = "  - id: go\n    approvals:\n      - {by: bob}\n";
    for before in ["list:\n", "list:\n  - {id: a, to: b}\n", "list:\n  - id: a\n    to: b\n"] {
        assert_eq!(below(before), format!("{before}{item}"));
    }
    assert_eq!(below(""), format!("list:\n{item}"));
    assert_eq!(below("list:\n- {id: a}\n"), "list:\n- {id: a}\n- id: go\n  approvals:\n  - {by: bob}\n");
    assert_eq!(below("list: [{id: a}]\n"), "list: [{id: a}, {id: go, approvals: [{by: bob}]}]\n");
}

#[test]
fn several_documents_and_byte_order_marks() {
    let text = "\u{feff}# head\nkind: deployments\nentries:\n  - {id: a}\n---\nkind: environment\nid: e\n---\nkind: deployments\nentries: [{id: b}]\n";
    let log = Edit::append_all(Document::last(Kind::Deployments), ["entries"], vec![item(), item()]);
    let after = apply(text, &[log, Edit::set(environment(), ["stage"], "uat")]).unwrap();
    let expected = text
        .replace("id: e\n", "id: e\nstage: uat\n")
        .replace("{id: b}", "{id: b}, {id: n, to: 2026-11-27}, {id: n, to: 2026-11-27}");
    assert_eq!(after, expected);
    let first = "\u{feff}kind: environment\nid: e";
    assert_eq!(set(first, &["stage"], "uat").unwrap(), format!("{first}\nstage: uat"));
    let log = "\u{feff}kind: incidents\nentries:\n- {id: a}\n";
    let edit = Edit::append(Document::last(Kind::Incidents), ["entries"], item());
    assert_eq!(apply(log, &[edit]).unwrap(), format!("{log}- {{id: n, to: 2026-11-27}}\n"));
}

#[test]
fn comments_that_allow_keep_their_line() {
    let before = "list:\n  - {id: a}\n    # relm: allow idle-environment — of z\nz: 1\n";
    let after = "list:\n  - {id: a}\n  - {id: n, to: 2026-11-27}\n    # relm: allow idle-environment — of z\nz: 1\n";
    assert_eq!(appended(before), after);
    let before = "# relm: allow a — b\nx: 1\n# relm: allow c — d\n\ny: 2\n";
    assert_eq!(set_x(before, &["x"], "100"), before.replace('1', "100"));
}

#[test]
fn logs_of_many_entries_stay_quick() {
    let entries: String = (0..20_000).map(|n| format!("  - {{id: D-{n}, at: 2026-12-05T22:05}}\n")).collect();
    let text = format!("kind: deployments\nentries:\n{entries}");
    let items = (0..1_000).map(|n| Value::mapping([("id", format!("N-{n}"))])).collect();
    let start = std::time::Instant::now();
    let after = apply(&text, &[Edit::append_all(Document::last(Kind::Deployments), ["entries"], items)]).unwrap();
    assert!(after.starts_with(&text) && after.ends_with("  - {id: N-999}\n"));
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::format_push_string, clippy::format_collect)]

use super::*;
use crate::diagnostic::SourceMap;

const FILE: FileId = FileId(0);

fn read(text: &str) -> Parsed<'_> {
    parse(text, FILE, "a.yaml")
}

/// The only document of a text without faults.
fn one(text: &str) -> Node<'_> {
    let mut parsed = read(text);
    assert_eq!(parsed.findings, [], "{text}");
    assert_eq!(parsed.documents.len(), 1, "{text}");
    parsed.documents.remove(0)
}

fn at(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end() as usize]
}

/// The faults of a text: the message and the text at its place.
fn faults(text: &str) -> Vec<(String, &str)> {
    let findings = read(text).findings;
    for finding in &findings {
        assert_eq!(finding.rule, "syntax");
        assert!(finding.help.is_some(), "{finding:?}");
        assert!(finding.span.end() as usize <= text.len(), "{finding:?}");
    }
    findings.into_iter().map(|finding| (finding.message, at(text, finding.span))).collect()
}

/// The message of the only fault of a text, with its line and column.
fn only_fault(text: &str) -> (String, usize, usize) {
    let findings = read(text).findings;
    let [finding] = &findings[..] else { panic!("{text:?}: {findings:?}") };
    let mut map = SourceMap::default();
    let file = map.add("a.yaml", SourceMap::hash(text.as_bytes()));
    map.set_text(file, text.as_bytes());
    let place = map.position(file, finding.span.start);
    (finding.message.clone(), place.line, place.column)
}

#[test]
fn texts_stay_as_written() {
    let text =
        "a: 1.10\nb: no\nc: 0o17\nd: 1e3\ne: ~\nf: null\ng: \"null\"\nh: '~'\ni:\nj: ''\nk: 2026-12-05\nl: !!str 007\n";
    let node = one(text);
    let seen: Vec<Option<&str>> =
        "abcdefghijkl".chars().map(|key| node.get(&key.to_string()).unwrap().text()).collect();
    let expected = [
        Some("1.10"),
        Some("no"),
        Some("0o17"),
        Some("1e3"),
        None,
        None,
        Some("null"),
        Some("~"),
        None,
        Some(""),
        Some("2026-12-05"),
        Some("007"),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn escapes_and_folding_are_undone() {
    let node = one("a: \"x\\ty \\u00e9\"\nb: 'it''s'\nc: one\n  two\nd: >-\n  x\n  y\ne: |\n  x\n   y\n");
    let text = |key: &str| node.get(key).unwrap().text().unwrap().to_owned();
    assert_eq!(["a", "b", "c", "d", "e"].map(text), ["x\ty é", "it's", "one two", "x y", "x\n y\n"]);
}

#[test]
fn duplicate_keys_name_both_places() {
    for text in ["id: a\nname: b\nid: c\n", "{id: a, name: b, \"id\": c}"] {
        let parsed = read(text);
        let [finding] = &parsed.findings[..] else { panic!("{:?}", parsed.findings) };
        assert_eq!(finding.message, "`id`: this key stands here twice");
        assert_eq!(finding.span.start as usize, text.rfind("id").unwrap() - usize::from(text.starts_with('{')));
        assert_eq!(finding.related[0].span.start as usize, text.find("id").unwrap());
        // The first one counts, and the document is read all the same.
        assert_eq!(parsed.documents[0].get("id").unwrap().text(), Some("a"));
    }
    // Once more in a mapping of its own is no duplicate.
    one("id: a\nx: {id: b}\ny: [{id: c}, {id: d}]\n");
}

#[test]
fn three_of_a_key_are_two_faults() {
    assert_eq!(read("a: 1\na: 2\na: 3\n").findings.len(), 2);
}

#[test]
fn tabs_are_named() {
    for text in ["a:\n\tb: 1\n", "a:\n  b: 1\n\tc: 2\n", "a: |\n\tx\n", "-\ta: 1\n\tb: 2\n"] {
        let (message, ..) = only_fault(text);
        assert_eq!(message, "a tab stands where YAML wants spaces", "{text:?}");
    }
    one("a: x\ty\nb:\t1\n");
    // The place is the tab, not what follows it.
    let (_, line, column) = only_fault("a:\n  - {b: 1}\n\t- {b: 2}\n");
    assert_eq!((line, column), (3, 1));
}

#[test]
fn a_bracket_left_open_is_named_where_it_opens() {
    let fault = only_fault("a:\n  - {b: 1, c: [d]\n  - {b: 2}\n");
    assert_eq!(fault, ("`{` is never closed".into(), 2, 5));
    let fault = only_fault("a: 1\n---\né:\n  - {b: 1, c: [d\n  - {b: 2}\n");
    assert_eq!(fault, ("`[` is never closed".into(), 4, 15));
}

#[test]
fn carriage_returns_change_no_place() {
    let text = "kind: x\r\nlist:\r\n  - \"é\" # ü\r\n  - two\r\nnote: |\r\n  a\r\n  b\r\nend: 1\r\n";
    let node = one(text);
    assert_eq!(at(text, node.get("kind").unwrap().span), "x");
    assert_eq!(at(text, node.get("list").unwrap().span), "- \"é\" # ü\r\n  - two");
    assert_eq!(node.get("note").unwrap().text(), Some("a\nb\n"));
    assert_eq!(at(text, node.get("end").unwrap().span), "1");
    assert_eq!(only_fault("a: 1\r\nb: é\r\nc: é: x\r\n"), ("a `:` stands where no value can follow".into(), 3, 5));
}

#[test]
fn a_byte_order_mark_is_no_content() {
    let text = "\u{feff}kind: é\nid: b\n";
    let node = one(text);
    assert_eq!(at(text, node.entry("kind").unwrap().key_span), "kind");
    assert_eq!(at(text, node.get("id").unwrap().span), "b");
    assert_eq!(at(text, node.span), "kind: é\nid: b");
    assert_eq!(only_fault("\u{feff}a: b: c\n").1, 1);
    assert_eq!(read("\u{feff}").documents.len(), 0);
}

#[test]
fn nothing_is_no_document() {
    for text in ["", "\n\n", "# only a comment\n", "---\n---\n", "---\n...\n---\n", "~\n", "--- null\n...\n", "  \r\n"]
    {
        let parsed = read(text);
        assert_eq!((parsed.documents.len(), parsed.findings.len()), (0, 0), "{text:?}");
    }
}

#[test]
fn documents_are_separate() {
    let parsed = read("a: &x 1\n---\na: 2\n...\n---\n# c\na: 3\n--- {a: 4}\n");
    let values: Vec<_> = parsed.documents.iter().map(|node| node.get("a").unwrap().text().unwrap()).collect();
    assert_eq!(values, ["1", "2", "3", "4"]);
    let (message, ..) = only_fault("a: &x 1\n---\na: *x\n");
    assert_eq!(message, "there is no anchor `&x` for this alias");
}

#[test]
fn a_broken_document_hides_no_other() {
    for broken in [
        "x: [1, 2",
        "x: {a: 1",
        "x: \"abc",
        "x: 'abc",
        "a: b: c",
        "x: @y",
        "- a\nb: c",
        "x: ]",
        "? [",
        "a: *",
        "%",
        "x: 1\n y: 2",
        "x: |1\nzz",
        "- - : - :\n -",
        "x: !<",
        "x: \"\\q\"",
        "x: \u{1}",
    ] {
        let text = format!("id: one\n---\n{broken}\n---\nid: three\n---\nid: four\n");
        let parsed = read(&text);
        assert!(!parsed.findings.is_empty(), "{broken:?}");
        let ids: Vec<_> = parsed.documents.iter().filter_map(|node| node.get("id")).filter_map(Node::text).collect();
        assert_eq!(ids, ["one", "three", "four"], "{broken:?}: {:?}", parsed.findings);
        for finding in &parsed.findings {
            let range = 12..=12 + broken.len() + 4;
            assert!(range.contains(&(finding.span.start as usize)), "{broken:?}: {finding:?}");
        }
    }
}

#[test]
fn several_broken_documents_are_several_findings() {
    let text = "a: [\n---\nb: [\n---\nok: 1\n---\nc: {\n";
    let parsed = read(text);
    assert_eq!(parsed.findings.len(), 3, "{:?}", parsed.findings);
    assert_eq!(parsed.documents.len(), 1);
}

#[test]
fn merge_keys_are_refused_in_plain_words() {
    let text = "a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n";
    assert_eq!(faults(text), [("merge keys (`<<`) are not read".to_owned(), "<<")]);
    assert_eq!(read(text).documents[0].get("b").unwrap().get("y").unwrap().text(), Some("2"));
    one("\"<<\": text\n");
}

#[test]
fn small_aliases_are_values() {
    let node = one("a: &a [x, {y: z}]\nb: *a\nc: &t text\nd: *t\n");
    assert_eq!(node.get("a").unwrap().value, node.get("b").unwrap().value);
    assert_eq!(node.get("d").unwrap().text(), Some("text"));
    let text = "a: &a [x, *a]\n";
    assert_eq!(faults(text), [("this alias stands inside the value it repeats".to_owned(), "*a")]);
    assert_eq!(faults("a: [*b, x]\n"), [("there is no anchor `&b` for this alias".to_owned(), "*b")]);
}

#[test]
fn aliases_have_a_budget() {
    let bomb: String = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned()
        + &(1..20)
            .map(|n| {
                let before = format!("*a{}", n - 1);
                format!("a{n}: &a{n} [{}]\n", vec![before; 10].join(", "))
            })
            .collect::<String>();
    let many = format!("a: &a x\nb: [{}]\n", vec!["*a"; 2_000].join(", "));
    // One large text repeated is as much as many values.
    let long = format!("a: &a \"{}\\n\"\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 900].join(", "));
    let mut deep = "a0: &a0 [x]\n".to_owned();
    for n in 1..200 {
        deep += &format!("a{n}: &a{n} [*a{}]\n", n - 1);
    }
    // Anchors inside anchors repeat as well, even when no alias names them.
    let nested = format!(
        "{}{}{}",
        (0..90).map(|n| format!("&n{n} [")).collect::<String>(),
        "x, ".repeat(100_000),
        "]".repeat(90)
    );
    let anchors: String = (0..2_000).map(|n| format!("- &a{n} x\n")).collect();
    for (name, text) in
        [("bomb", &bomb), ("many", &many), ("long", &long), ("deep", &deep), ("nested", &nested), ("anchors", &anchors)]
    {
        let faults = faults(text);
        assert_eq!(faults.len(), 1, "{name}");
        assert!(faults[0].0.contains("aliases") || faults[0].0.contains("anchors"), "{name}: {}", faults[0].0);
    }
}

#[test]
fn nesting_has_a_limit() {
    let n = 100_000;
    for text in [
        "[".repeat(n),
        "{a: ".repeat(n),
        "- ".repeat(n),
        "? ".repeat(n),
        "- ? ".repeat(n),
        "{? ".repeat(n),
        "[{a: ".repeat(n),
        (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect(),
        (0..1_000).map(|depth| format!("{}-\n", " ".repeat(depth))).collect(),
        "[".repeat(n) + &"]".repeat(n),
        "&a ".repeat(n),
        "!a ".repeat(n),
        "!!map {a: ".repeat(n),
        "a: ".repeat(n),
    ] {
        let parsed = read(&text);
        assert!((1..=2).contains(&parsed.findings.len()), "{}: {:?}", &text[..20], parsed.findings);
        assert_eq!(parsed.documents.len(), 0);
    }
    assert_eq!(only_fault(&"[".repeat(n)).0, "nested more than 100 deep");
    one(&("[".repeat(90) + &"]".repeat(90)));
}

#[test]
fn conflict_markers_are_one_fault() {
    let text = "id: a\n<<<<<<< HEAD\nname: b\n=======\nname: c\n>>>>>>> other\nx: [\n";
    let parsed = read(text);
    let [finding] = &parsed.findings[..] else { panic!("{:?}", parsed.findings) };
    assert_eq!(finding.message, "this file has an unresolved merge conflict");
    assert_eq!(at(text, finding.span), "<<<<<<< HEAD");
    let related: Vec<&str> = finding.related.iter().map(|label| at(text, label.span)).collect();
    assert_eq!(related, ["=======", ">>>>>>> other"]);
    // Text that only mentions the marks is text.
    one("note: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> x\n");
    let windows = text.replace('\n', "\r\n");
    assert_eq!(at(&windows, read(&windows).findings[0].span), "<<<<<<< HEAD");
}

#[test]
fn keys_are_text() {
    for text in ["? [a, b]\n: c\nid: x\n", "{[a]: b, id: x}", "? {a: 1}\n: 2\nid: x\n", "~: a\nid: x\n", ": a\nid: x\n"]
    {
        let parsed = read(text);
        let messages: Vec<&str> = parsed.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["a key must be text"], "{text:?}");
        assert_eq!(parsed.documents[0].get("id").unwrap().text(), Some("x"), "{text:?}");
    }
    assert_eq!(one("? a\n: 1\n? b\n").entry("b").unwrap().value.value, Value::Null);
    assert_eq!(one("1: a\ntrue: b\n").get("true").unwrap().text(), Some("b"));
}

#[test]
fn tags_mean_nothing() {
    assert_eq!(faults("a: !secret x\n")[0].0, "the tag `!secret` means nothing here");
    assert_eq!(faults("!release\na: x\n").len(), 1);
    assert_eq!(faults("a: !!set {x, y}\n").len(), 1);
    assert_eq!(faults("a: !!binary aGk=\n").len(), 1);
    assert_eq!(one("a: !!str ~\nb: !!int 5\nc: !!map {}\nd: !!seq []\n").get("a").unwrap().text(), Some("~"));
}

#[test]
fn directives_are_read_over() {
    assert_eq!(one("%YAML 1.2\n---\na: no\n").get("a").unwrap().text(), Some("no"));
    assert_eq!(one("%YAML 1.1\n---\na: no\n").get("a").unwrap().text(), Some("no"));
    assert_eq!(faults("%YAML 3.0\n---\na: 1\n").len(), 1);
    assert_eq!(faults("a: 1\n%YAML 1.2\n---\nb: 1\n").len(), 1);
}

#[test]
fn unclosed_quotes_and_brackets_are_found_where_they_open() {
    assert_eq!(only_fault("a: 1\nb: \"x\nc: 2\n"), ("a quote is never closed".into(), 2, 4));
    assert_eq!(only_fault("a: 1\nb: 'x\nc: 2\n"), ("a quote is never closed".into(), 2, 4));
    assert_eq!(only_fault("a: 1\nb: [x, y\n"), ("`[` is never closed".into(), 2, 4));
    assert_eq!(only_fault("a: 1\nb: {x: 1\n"), ("`{` is never closed".into(), 2, 4));
    assert_eq!(only_fault("a: [1, 2}\n").0, "`[` is never closed");
}

#[test]
fn common_slips_are_explained() {
    for (text, message) in [
        ("name: Release: autumn\n", "a `:` stands where no value can follow"),
        ("a: 1\n  b: 2\n", "a `:` stands where no value can follow"),
        ("a:\n  b: 1\n c: 2\n", "expected `key: value` here"),
        ("a: 1\nb\nc: 3\n", "expected `key: value` here"),
        ("a: {x: 1 y: 2}\n", "expected `,` or `}` here"),
        ("a: [1 2, {x: 1} 3]\n", "expected `,` or `]` here"),
        ("a: @x\n", "not readable as YAML"),
        ("a: %x\n", "not readable as YAML"),
        ("a: `x`\n", "not readable as YAML"),
        ("a: >= 1\n", "not readable as YAML"),
        ("a: \"\\q\"\n", "not readable as YAML"),
    ] {
        let (found, ..) = only_fault(text);
        assert!(found.starts_with(message), "{text:?}: {found}");
    }
}

#[test]
fn nulls_and_block_scalars_have_a_place() {
    let text = "a:\nb: |\n  one\n  two\n\n# c\nc: >-\n  x\n  y\nd: []\ne: {}\nf: [1, {g: }]\n";
    let node = one(text);
    assert_eq!(at(text, node.get("b").unwrap().span), "one\n  two");
    assert_eq!(at(text, node.get("c").unwrap().span), "x\n  y");
    assert_eq!(at(text, node.get("d").unwrap().span), "[]");
    assert_eq!(at(text, node.get("e").unwrap().span), "{}");
    assert_eq!(at(text, node.get("f").unwrap().span), "[1, {g: }]");
    let null = node.get("a").unwrap();
    assert_eq!((null.value.clone(), null.span.len), (Value::Null, 0));
    assert_eq!(null.span.start, 2);
    assert_eq!(at(text, node.span), text.trim_end());
}

#[test]
fn a_missing_value_stands_where_it_would_be_written() {
    for (text, place) in [
        ("a:\nb: 1", 2),
        ("a:  # c\nb: 1", 2),
        ("{g: , h: 1}", 3),
        ("[b: , 1]", 3),
        ("- \n- x", 2),
        ("-\n", 1),
        ("a: ~\n", 3),
        ("a: &x\n", 5),
    ] {
        let node = one(text);
        let null = match &node.value {
            Value::Mapping(entries) => &entries[0].value,
            Value::Sequence(items) => items[0].get("b").unwrap_or(&items[0]),
            _ => panic!("{node:?}"),
        };
        assert_eq!((&null.value, null.span.start), (&Value::Null, place), "{text:?}");
    }
}

#[test]
fn comments_are_kept_where_they_may_speak_to_relm() {
    let text = "# x\na: 1 # relm: allow b — c\n";
    let parsed = read(text);
    let comments: Vec<_> = parsed.comments.iter().map(|(span, text)| (span.start, text.trim())).collect();
    assert_eq!(comments, [(0, "x"), (9, "relm: allow b — c")]);
    assert!(read("# x\na: 1\n").comments.is_empty());
    // Long runs of comments are no fault.
    let long =
        format!("# relm:\n{}a:\n{}  b: 1\n{}", "# x\n".repeat(5_000), "  # y\n".repeat(5_000), "# z\n".repeat(5_000));
    assert_eq!(read(&long).findings, []);
    assert_eq!(read(&long).comments.len(), 15_001);
}

#[test]
fn one_file_cannot_flood() {
    let many = "- *nothing\n".repeat(5_000);
    let broken = "a: [\n---\n".repeat(5_000);
    let twice = "a: 1\n".repeat(5_000);
    for text in [&many, &broken, &twice] {
        let findings = read(text).findings;
        assert!(findings.len() <= MAX_FAULTS + 1, "{}", findings.len());
        let last = findings.last().unwrap();
        assert!(last.message.contains("more faults than"), "{last:?}");
    }
}

#[test]
fn large_mappings_are_no_harder_than_long_lists() {
    let text: String = (0..200_000).map(|n| format!("k{n}: 1\n")).collect();
    let start = std::time::Instant::now();
    assert_eq!(one(&text).get("k199999").unwrap().text(), Some("1"));
    let twice = text + "k7: 2\n";
    assert_eq!(only_fault(&twice).0, "`k7`: this key stands here twice");
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

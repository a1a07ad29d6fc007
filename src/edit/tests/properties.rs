//! Invented manifests in invented layouts, with invented changes: the result holds what was there and the change, nothing else,
//! and what was there is untouched, byte for byte.

use proptest::prelude::*;

use super::*;

/// A value with the way it is laid out.
#[derive(Debug, Clone)]
enum Tree {
    Null(u8),
    Text(String, u8),
    List(Vec<Tree>, Style),
    Mapping(Vec<(String, Tree)>, Style),
}

/// How a collection is written: 0–3 as a block, beyond that with brackets; and where comments, blanks and indents fall.
#[derive(Debug, Clone, Copy)]
struct Style {
    shape: u8,
    spice: u8,
}

impl Style {
    fn is_flow(self) -> bool {
        self.shape > 3
    }
}

fn style() -> impl Strategy<Value = Style> {
    (0..8u8, any::<u8>()).prop_map(|(shape, spice)| Style { shape, spice })
}

fn words() -> impl Strategy<Value = String> {
    let odd = [
        "",
        "a",
        "Load test",
        "1.10",
        "no",
        "null",
        "~",
        "2026-11-27",
        "a: b",
        "a #b",
        "#",
        "- a",
        "[x",
        "}",
        "a, b",
        "it's",
        "\"q\"",
        "\\",
        "🚀 é",
        "שלום",
        "two\nlines",
        "trail\n\n",
        "tab\tbed",
        " lead",
        "*a",
        "&a",
        "!t",
        "%",
        "@",
        "|",
        ">=3, <4",
        "---",
        "...",
        "?",
        ":",
        "-",
        "<<",
        "x:",
        "\u{feff}",
        "\u{85}",
        "\u{202e}",
        "'",
        "''",
        "a'b\"c",
    ];
    prop_oneof![proptest::sample::select(odd.to_vec()).prop_map(str::to_owned), "[a-z][a-z0-9 .:-]{0,12}[a-z0-9]"]
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        any::<u8>().prop_map(Tree::Null),
        (words(), any::<u8>()).prop_map(|(text, how)| Tree::Text(text, how))
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            (proptest::collection::vec(inner.clone(), 0..5), style())
                .prop_map(|(items, style)| Tree::List(items, style)),
            (fields(inner), style()).prop_map(|(fields, style)| Tree::Mapping(fields, style)),
        ]
    })
}

fn fields(inner: impl Strategy<Value = Tree>) -> impl Strategy<Value = Vec<(String, Tree)>> {
    proptest::collection::btree_map("[a-e]|key [f-g]|é", inner, 0..5).prop_map(|fields| fields.into_iter().collect())
}

fn manifest() -> impl Strategy<Value = Vec<(String, Tree)>> {
    fields(tree())
}

/// Writes a tree, deliberately in other ways than the editor does.
struct Writer {
    out: String,
    marks: usize,
}

impl Writer {
    fn comment(&mut self, spice: u8) {
        if spice & 1 == 1 {
            self.marks += 1;
            self.out += &format!(" # c{} \t[, relm: ]", self.marks);
        }
    }

    fn line(&mut self, indent: usize, spice: u8) {
        self.comment(spice);
        self.out.push('\n');
        if spice & 6 == 6 {
            self.out.push('\n');
        }
        if spice & 0b1_1000 == 0b1_1000 {
            self.marks += 1;
            self.out += &format!("{}# l{}\n", " ".repeat(indent + usize::from(spice >> 6)), self.marks);
        }
    }

    fn text(&mut self, text: &str, how: u8, indent: usize, flow: bool) {
        let safe = text.chars().all(|c| !c.is_control() && !matches!(c, '\u{feff}' | '\u{202e}'));
        let simple =
            !text.is_empty() && text != "null" && text != "no" && text.chars().all(|c| c.is_alphanumeric() || c == '.');
        let block = !flow && !text.is_empty() && text.chars().all(|c| c == '\n' || c.is_ascii_graphic());
        match how % 5 {
            0..=2 if simple => self.out += text,
            3 if block => {
                let body = text.trim_end_matches('\n');
                let kept = text.len() - body.len();
                self.out += ["|-", "|", "|+"][kept.min(2)];
                if how & 32 == 32 {
                    self.out += "  # header";
                }
                for line in body.split('\n') {
                    self.out += &format!("\n{}{line}", " ".repeat(indent + 2));
                }
                (1..kept).for_each(|_| self.out.push('\n'));
            }
            1 | 4 if safe => self.out += &format!("'{}'", text.replace('\'', "''")),
            _ => {
                self.out.push('"');
                text.chars().for_each(|c| match c {
                    '"' | '\\' => self.out.extend(['\\', c]),
                    _ if c.is_alphanumeric() || c == ' ' => self.out.push(c),
                    _ => self.out += &format!("\\U{:08x}", c as u32),
                });
                self.out.push('"');
            }
        }
    }

    /// A value behind a `:` or a dash; ends within its last line. `keys` is the indentation of what it hangs below.
    fn value(&mut self, tree: &Tree, keys: usize, flow: bool, below_key: bool) {
        match tree {
            Tree::Null(how) => self.out += ["", " ~", " null", "", " "][usize::from(how % 5)],
            Tree::Text(text, how) => {
                self.out.push(' ');
                self.text(text, *how, keys, flow);
            }
            Tree::List(items, style) if !flow && !style.is_flow() && !items.is_empty() => {
                let indent =
                    if below_key { keys + usize::from(style.shape) } else { keys + 1 + usize::from(style.shape) };
                self.line(indent, style.spice);
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.line(indent, style.spice.rotate_left(at as u32));
                    }
                    self.out += &format!("{}-", " ".repeat(indent));
                    self.value(item, indent, false, false);
                }
            }
            Tree::Mapping(fields, style) if !flow && !style.is_flow() && !fields.is_empty() => {
                let same_line = !below_key && style.shape % 2 == 0;
                let indent = keys + 1 + usize::from(style.shape);
                if same_line {
                    self.out += &" ".repeat(indent - keys - 1);
                    if indent == keys + 1 {
                        return self.value(
                            &Tree::Mapping(fields.clone(), Style { shape: 2, ..*style }),
                            keys,
                            flow,
                            below_key,
                        );
                    }
                } else {
                    self.line(indent, style.spice);
                }
                self.block(fields, *style, indent, same_line);
            }
            Tree::List(items, style) => {
                let items = items.iter().map(|item| (None, item));
                self.flow(items.collect(), *style, keys, ['[', ']']);
            }
            Tree::Mapping(fields, style) => {
                let fields = fields.iter().map(|(key, value)| (Some(key.as_str()), value));
                self.flow(fields.collect(), *style, keys, ['{', '}']);
            }
        }
    }

    fn block(&mut self, fields: &[(String, Tree)], style: Style, indent: usize, mut first_is_placed: bool) {
        for (at, (key, value)) in fields.iter().enumerate() {
            if at > 0 {
                self.line(indent, style.spice.rotate_left(at as u32));
            }
            if !std::mem::take(&mut first_is_placed) {
                self.out += &" ".repeat(indent);
            }
            let quote = if style.spice & 64 == 64 { "\"" } else { "" };
            self.out += &format!("{quote}{key}{quote}{}:", if style.spice & 128 == 128 { " " } else { "" });
            self.value(value, indent, false, true);
        }
    }

    fn flow(&mut self, items: Vec<(Option<&str>, &Tree)>, style: Style, keys: usize, brackets: [char; 2]) {
        self.out.push(' ');
        self.out.push(brackets[0]);
        let indent = keys + 2;
        // On one line, on lines of their own, or with a space.
        let between = |writer: &mut Self, turn: u32| match style.shape % 3 {
            0 => {}
            1 => {
                writer.line(indent, style.spice.rotate_left(turn));
                writer.out += &" ".repeat(indent);
            }
            _ => writer.out.push(' '),
        };
        let count = items.len();
        for (at, (key, value)) in items.into_iter().enumerate() {
            between(self, at as u32);
            let before = self.out.len();
            if let Some(key) = key {
                self.out += &format!("{key}:");
                self.value(value, indent, true, false);
            } else {
                // Nothing between commas is nothing at all.
                let value = if matches!(value, Tree::Null(_)) { &Tree::Null(1) } else { value };
                self.value(value, indent, true, false);
                self.out.remove(before);
            }
            if at + 1 < count || style.spice & 32 == 32 {
                self.out.push(',');
            }
        }
        between(self, 7);
        self.out.push(brackets[1]);
    }
}

/// A file of several documents, the one to be changed among them.
fn file(documents: &[Vec<(String, Tree)>], target: usize, spice: u8) -> String {
    let mut writer = Writer { out: String::new(), marks: 0 };
    for (at, fields) in documents.iter().enumerate() {
        if at > 0 {
            writer.out += "---\n";
        }
        writer.line(0, spice.rotate_left(at as u32));
        writer.out +=
            &format!("kind: environment\nid: {}", if at == target { "e".to_owned() } else { format!("d{at}") });
        if !fields.is_empty() {
            writer.line(0, spice.rotate_right(at as u32));
            writer.block(fields, Style { shape: 0, spice: spice & 63 }, 0, false);
        }
        writer.line(0, spice.rotate_left(3));
    }
    let mut text = writer.out;
    if spice & 2 == 2 {
        text = text.replace('\n', "\r\n");
    }
    if spice & 4 == 4 {
        text.insert(0, '\u{feff}');
    }
    if spice & 128 == 128 && !text.contains("|+") {
        text.truncate(text.trim_end().len());
    }
    text
}

/// What a text says, without places.
fn said(text: &str) -> Vec<serde_json::Value> {
    let parsed = yaml::parse(text, FileId(0), "");
    assert_eq!(parsed.findings, [], "{text}");
    parsed.documents.iter().map(Node::to_json).collect()
}

fn comments(text: &str) -> Vec<String> {
    let text = format!("{text}\n# relm:");
    yaml::parse(&text, FileId(0), "").comments.into_iter().map(|(_, comment)| comment.into_owned()).collect()
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) => text.clone().into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Mapping(fields) => fields.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
    }
}

/// The change made to what was said, by other means; `None` where it must be refused.
fn model(said: &mut serde_json::Value, path: &[Step], change: &Change) -> Option<()> {
    use serde_json::Value as Json;
    if let Some((step, rest)) = path.split_first() {
        if said.is_null() && matches!(step, Step::Name(_)) {
            *said = Json::Object(serde_json::Map::new());
        }
        let next = match (said, step) {
            (Json::Object(fields), Step::Name(name)) => fields.entry(name.clone()).or_insert(Json::Null),
            (Json::Array(items), Step::Index(index)) => items.get_mut(*index)?,
            _ => return None,
        };
        return model(next, rest, change);
    }
    match (said, change) {
        (said @ Json::Null, Change::Append(values)) => *said = values.iter().map(json).collect(),
        (Json::Array(items), Change::Append(values)) => items.extend(values.iter().map(json)),
        (said @ (Json::Null | Json::String(_)), Change::Set(value)) => *said = json(value),
        _ => return None,
    }
    Some(())
}

/// A way through the tree that the numbers choose, ending anywhere.
fn way(fields: &[(String, Tree)], turns: &[u8]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut here = Tree::Mapping(fields.to_vec(), Style { shape: 0, spice: 0 });
    for turn in turns {
        let next = match &here {
            Tree::Mapping(fields, _) if !fields.is_empty() && turn % 6 > 0 => {
                let (key, value) = &fields[usize::from(*turn) % fields.len()];
                steps.push(Step::Name(key.clone()));
                value.clone()
            }
            Tree::List(items, _) if !items.is_empty() && turn % 3 > 0 => {
                let index = usize::from(*turn) % items.len();
                steps.push(Step::Index(index));
                items[index].clone()
            }
            Tree::Mapping(..) => {
                steps.push(Step::Name("new".to_owned()));
                break;
            }
            _ => break,
        };
        here = next;
    }
    steps
}

fn value() -> impl Strategy<Value = Value> {
    words().prop_map(Value::Text).prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::List),
            proptest::collection::btree_map("[a-c]|a b|null|1|x: y", inner, 0..3)
                .prop_map(|fields| Value::Mapping(fields.into_iter().collect())),
        ]
    })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        proptest::collection::vec(value(), 1..3).prop_map(Change::Append),
        words().prop_map(|text| Change::Set(Value::Text(text))),
        value().prop_map(Change::Set),
    ]
}

fn check(text: &str, target: usize, edit: &Edit) -> Result<(), TestCaseError> {
    let before = said(text);
    let mut wanted = before.clone();
    let possible = model(&mut wanted[target], &edit.path, &edit.change).is_some();
    let splices = match plan(text, edit) {
        Ok(splices) => splices,
        // A blank item of a list says nothing and may be anywhere behind its dash.
        Err(EditError::Layout { .. }) if is_blank_item(&before[target], &edit.path) => return Ok(()),
        Err(EditError::Layout { line }) => {
            return Err(TestCaseError::fail(format!("refused at line {line}: {edit:?}\n{text}")));
        }
        Err(error) => {
            prop_assert!(!possible, "{error:?} {edit:?}\n{text}");
            return Ok(());
        }
    };
    prop_assert!(possible, "{edit:?}\n{text}");
    let after = splice(text, &splices);
    prop_assert_eq!(&said(&after), &wanted, "{:?}\n{}\n{}", edit, text, after);
    prop_assert_eq!(comments(text), comments(&after));
    prop_assert_eq!(text.ends_with('\n'), after.ends_with('\n'));
    if text.contains("\r\n") {
        prop_assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
    }
    let mut grown = 0;
    let mut undone = after.clone();
    for splice in &splices {
        let at = splice.at.start + grown
            - splices.iter().take_while(|it| *it != splice).map(|it| it.at.len()).sum::<usize>();
        prop_assert_eq!(&after[at..at + splice.text.len()], splice.text.as_str());
        grown += splice.text.len();
    }
    if splices.iter().all(|splice| splice.at.is_empty()) {
        // Without what came in, it is the old text.
        for splice in splices.iter().rev() {
            grown -= splice.text.len();
            undone.replace_range(splice.at.start + grown..splice.at.start + grown + splice.text.len(), "");
        }
        prop_assert_eq!(undone, text);
    } else {
        prop_assert!(edit_replaces(&before[target], &edit.path), "bytes were removed: {splices:?}\n{text}");
    }
    match &edit.change {
        // What was set is set.
        Change::Set(Value::Text(_)) => prop_assert_eq!(apply(&after, std::slice::from_ref(edit)).unwrap(), after),
        Change::Set(_) => {}
        // What was appended can be appended to.
        Change::Append(_) => prop_assert!(apply(&after, std::slice::from_ref(edit)).is_ok()),
    }
    Ok(())
}

/// What is at the end of a way, as far as it goes, and whether that is an item.
fn at_end<'s>(said: &'s serde_json::Value, path: &[Step]) -> (&'s serde_json::Value, bool) {
    path.iter().fold((said, false), |(here, is_item), step| match step {
        Step::Name(name) => here.get(name).map_or((here, is_item), |next| (next, false)),
        Step::Index(index) => (&here[*index], true),
    })
}

fn is_blank_item(said: &serde_json::Value, path: &[Step]) -> bool {
    let (here, is_item) = at_end(said, path);
    is_item && here.is_null()
}

/// Only a single value, or a `null`, loses bytes.
fn edit_replaces(said: &serde_json::Value, path: &[Step]) -> bool {
    let (here, _) = at_end(said, path);
    here.is_null() || here.is_string()
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

/// How often, and the changes that are tried in each text.
fn cases() -> u32 {
    std::env::var("RELM_EDIT_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(config(cases()))]

    #[test]
    fn exactly_the_change_happens(
        documents in proptest::collection::vec(manifest(), 1..4),
        target in any::<u8>(),
        spice in any::<u8>(),
        turns in proptest::collection::vec(any::<u8>(), 0..6),
        change in change(),
    ) {
        let target = usize::from(target) % documents.len();
        let text = file(&documents, target, spice);
        check(&text, target, &Edit { document: environment(), path: way(&documents[target], &turns), change })?;
    }

    #[test]
    fn whatever_is_written_there_nothing_is_damaged(
        documents in proptest::collection::vec(manifest(), 1..3),
        spice in any::<u8>(),
        slips in proptest::collection::vec((any::<u16>(), proptest::sample::select(SLIPS.to_vec())), 1..4),
        turns in proptest::collection::vec(any::<u8>(), 0..6),
        change in change(),
    ) {
        let mut text = file(&documents, 0, spice);
        for (at, slip) in slips {
            let mut at = usize::from(at) % (text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match slip {
                "" => _ = (at < text.len()).then(|| text.remove(at)),
                slip => text.insert_str(at, slip),
            }
        }
        let edit = Edit { document: environment(), path: way(&documents[0], &turns), change };
        let Ok(after) = apply(&text, std::slice::from_ref(&edit)) else { return Ok(()) };
        let before = said(&text);
        let target = before.iter().rposition(|document| document["kind"] == "environment" && document["id"] == "e");
        let target = target.unwrap();
        let mut wanted = before;
        prop_assert!(model(&mut wanted[target], &edit.path, &edit.change).is_some(), "{:?}\n{}", edit, text);
        prop_assert_eq!(said(&after), wanted, "{:?}\n{}\n{}", edit, text, after);
        prop_assert_eq!(comments(&text), comments(&after));
    }
}

/// What is put anywhere in a text, or taken away.
const SLIPS: [&str; 24] = [
    "", "", "", " ", "  ", "\n", "\r", "\t", "#", " # ", "- ", "? ", ": ", ",", "&a ", "*a ", "*a", "&a", "!!str ",
    "|\n", "\n---\n", "[", "}", "'",
];

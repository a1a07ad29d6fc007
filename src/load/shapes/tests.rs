use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

const FILE: FileId = FileId(3);

fn round(text: &str) -> Option<Vec<Node<'_>>> {
    let parsed = yaml::parse(text, FILE, "x.yaml");
    form::read(&form::write(&parsed.documents, text, usize::MAX)?, text, FILE)
}

#[test]
fn a_shape_gives_what_the_parser_gave() {
    let texts = [
        "",
        "kind: release\nid: r\nphases:\n  - {id: build, start: 2026-11-02}\n  - id: 'it''s'\n    note: \"a\\tb\"\n",
        "a: |\n  two\n  lines\nb: >-\n  folded\n  text\n\n  more\nc: plain\n  goes on\n",
        "a: &x {k: [1, ~, \"\", '']}\nb: *x\n---\n? key\n: value\n---\n- null\n-\n",
        "\u{feff}kind: portfolio\r\nname: \"Caf\\u00e9 \u{1f680} שלום\"\r\n",
        "\"quoted key\": 1\n'single': !!str 5\n",
    ];
    for text in texts {
        let parsed = yaml::parse(text, FILE, "x.yaml");
        assert_eq!(parsed.findings, [], "{text}");
        assert_eq!(round(text).unwrap(), parsed.documents, "{text}");
    }
}

#[test]
fn the_examples_are_read_alike() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut seen = 0;
    for entry in walkdir::WalkDir::new(examples).into_iter().filter_map(Result::ok) {
        if entry.path().extension().is_some_and(|extension| extension == "yaml") {
            let Ok(text) = fs::read_to_string(entry.path()) else { continue };
            let parsed = yaml::parse(&text, FILE, "x.yaml");
            assert_eq!(round(&text).unwrap(), parsed.documents, "{}", entry.path().display());
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

proptest! {
    #[test]
    fn whatever_is_parsed_comes_back(text in "([a-z]{1,3}: ?['\"\\[\\]{}|>&*!, a-zéאñ\u{1f600}0-9-]{0,12}\n|  - [a-z\"' :]{0,8}\n|---\n){0,12}") {
        let parsed = yaml::parse(&text, FILE, "x.yaml");
        prop_assert_eq!(round(&text).unwrap(), parsed.documents);
    }

    #[test]
    fn no_bytes_make_it_panic(shape in prop::collection::vec(any::<u8>(), 0..64), text in "[a-z:é\n ]{0,20}") {
        let _ = form::read(&shape, &text, FILE);
    }

    #[test]
    fn a_damaged_shape_is_no_crash(at in 0_usize..200, byte: u8) {
        let text = "kind: release\nid: r\nphases:\n  - {id: build, start: 2026-11-02}\n  - id: \"a\\tb\"\n";
        let mut shape = form::write(&yaml::parse(text, FILE, "x.yaml").documents, text, usize::MAX).unwrap();
        let place = at % shape.len();
        shape[place] = byte;
        let _ = form::read(&shape, text, FILE);
    }
}

/// So many texts that it is worth keeping them.
fn texts() -> Vec<String> {
    (0..WORTH).map(|nth| format!("kind: project\nid: p{nth}\nname: \"n {nth}\"\n")).collect()
}

/// Parses all texts and keeps what was learnt; answers how many had to be parsed.
fn run(common: &Path, texts: &[String]) -> usize {
    let shapes = Shapes::open(Some(common), texts.len());
    for text in texts {
        assert_eq!(shapes.parse(text, FILE, "x").documents, yaml::parse(text, FILE, "x").documents);
    }
    let parsed = shapes.fresh.lock().unwrap().len();
    shapes.save(texts.len());
    parsed
}

#[test]
fn what_was_parsed_once_is_not_parsed_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut texts = texts();
    assert_eq!(run(folder.path(), &texts), WORTH);
    assert_eq!(run(folder.path(), &texts), 0);
    texts[7].push_str("tier: 1\n");
    assert_eq!(run(folder.path(), &texts), 1);
    assert_eq!(run(folder.path(), &texts), 1, "one new text is not worth writing all of them");
    for text in &mut texts {
        text.push_str("labels: {a: b}\n");
    }
    assert_eq!(run(folder.path(), &texts), WORTH);
    assert_eq!(run(folder.path(), &self::texts()), 0, "what is not used now is kept while there is room");
}

#[test]
fn few_files_and_folders_without_git_keep_nothing() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &texts()[..WORTH - 1]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let shapes = Shapes::open(None, 10_000);
    assert_eq!(shapes.parse("a: 1", FILE, "x").documents.len(), 1);
    shapes.save(10_000);
}

#[test]
fn faults_and_comments_for_relm_are_found_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut texts = texts();
    texts[0] = "kind: [\n".to_owned();
    texts[1] = "# relm: allow no-slack — agreed\nkind: project\n".to_owned();
    for _ in 0..2 {
        let shapes = Shapes::open(Some(folder.path()), texts.len());
        let all: Vec<_> = texts.iter().map(|text| shapes.parse(text, FILE, "x")).collect();
        assert_eq!(all[0].findings, yaml::parse(&texts[0], FILE, "x").findings);
        assert!(!all[0].findings.is_empty());
        assert_eq!(all[1].comments.len(), 1);
        drop(all);
        shapes.save(texts.len());
    }
}

#[test]
fn what_cannot_be_believed_is_parsed_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (texts, path) = (texts(), folder.path().join("relm/shapes"));
    run(folder.path(), &texts);
    let whole = fs::read(&path).unwrap();
    let mut other_version = b"relm shapes 0".to_vec();
    other_version.extend(&whole[13..]);
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for bad in [&whole[..whole.len() - 1], &whole[..20], b"", &other_version, &flipped] {
        fs::write(&path, bad).unwrap();
        assert_eq!(run(folder.path(), &texts), WORTH);
        assert_eq!(fs::read(&path).unwrap(), whole, "the same shapes make the same file");
    }
}

#[test]
fn what_aliases_repeat_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "a: &x [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]\n".to_owned();
    for nth in 0..20 {
        _ = writeln!(text, "b{nth}: *x");
    }
    let mut texts = texts();
    texts[0] = text;
    run(folder.path(), &texts);
    let shapes = Shapes::open(Some(folder.path()), texts.len());
    assert_eq!(shapes.count(), WORTH - 1);
}

#[cfg(unix)]
#[test]
fn a_link_is_neither_read_nor_written_through() {
    let folder = tempfile::tempdir().unwrap();
    let texts = texts();
    fs::create_dir(folder.path().join("relm")).unwrap();
    fs::write(folder.path().join("mine"), "mine").unwrap();
    std::os::unix::fs::symlink(folder.path().join("mine"), folder.path().join("relm/shapes")).unwrap();
    assert_eq!(run(folder.path(), &texts), WORTH);
    assert_eq!(fs::read_to_string(folder.path().join("mine")).unwrap(), "mine");
    assert_eq!(run(folder.path(), &texts), 0);
}

//! Broken and invented files through the reader: whatever they hold, there are findings and manifests, never a panic or a
//! hang. The quick test runs always; the long one with
//! `RELM_FUZZ_SECONDS=600 cargo test --lib fuzz -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::document;
use super::yaml;
use crate::diagnostic::{FileId, SourceMap, Span};
use crate::model::node::{Node, Value};

const FILE: FileId = FileId(3);

/// Pieces that mean something to YAML, to be put anywhere.
const PIECES: [&str; 42] = [
    "- ",
    "? ",
    ": ",
    "&a ",
    "*a",
    "[",
    "]",
    "{",
    "}",
    ",",
    "|\n",
    ">-\n",
    "|2\n",
    "\t",
    "\r\n",
    "\r",
    "\n",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "%TAG ! x:\n",
    "!!",
    "!x ",
    "!<",
    "'",
    "\"",
    "\\",
    "\u{feff}",
    "\0",
    "é",
    "🚀",
    "#",
    " # relm: allow x — y\n",
    "<<: *a\n",
    "<<<<<<< a\n",
    "=======\n",
    ">>>>>>> b\n",
    "kind: release\n",
    "id: no\n",
    "~",
    "@",
    "\u{2028}",
];

/// Real manifests, and what is hard about YAML.
fn seeds() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/full");
    let mut seeds: Vec<Vec<u8>> = ["relm.yaml", "estate.yaml", "records.yaml", "releases/spring.yaml"]
        .iter()
        .map(|file| std::fs::read(root.join(file)).unwrap())
        .collect();
    seeds.push(b"a: &a [x, {y: *b}]\nb: *a\n? c\n: - - d\n  - e: |\n     f\n\n    g: >+2\n      h\n---\n\"i\\u00e9\": 'j''k' # l\n".to_vec());
    seeds.push(
        "\u{feff}kind: train\r\nid: é\r\nx-y: {\"a\": b, c}\r\n...\r\n%YAML 1.2\r\n---\r\n- [a, b: c, ? d : e]\r\n"
            .into(),
    );
    seeds.push(vec![0xff, 0xfe, b'k', 0, b':', 0]);
    seeds
}

/// One change of a text: what, where, with what.
type Change = (u8, u32, u32);

fn mutate(bytes: &mut Vec<u8>, (what, place, with): Change, seeds: &[Vec<u8>]) {
    let (place, with) = (place as usize, with as usize);
    let at = if bytes.is_empty() { 0 } else { place % bytes.len() };
    let lines = |bytes: &[u8]| -> Vec<Vec<u8>> { bytes.split_inclusive(|&b| b == b'\n').map(<[u8]>::to_vec).collect() };
    match what % 10 {
        0 if at < bytes.len() => bytes[at] ^= 1 << (with % 8),
        1 => bytes.truncate(at),
        2 => drop(bytes.drain(at..(at + with % 40).min(bytes.len()))),
        3 | 4 => drop(bytes.splice(at..at, PIECES[with % PIECES.len()].bytes())),
        5 => {
            let other = &seeds[with % seeds.len()];
            let from = (place / 7) % other.len();
            let piece = other[from..(from + 1 + with % 300).min(other.len())].to_vec();
            bytes.splice(at..at, piece);
        }
        6..=8 => {
            let mut lines = lines(bytes);
            if lines.is_empty() {
                return;
            }
            let (a, b) = (place % lines.len(), with % lines.len());
            match what % 10 {
                6 => lines.swap(a, b),
                7 => lines.insert(a, lines[b].clone()),
                _ if with % 2 == 0 => drop(lines[a].splice(0..0, vec![b' '; 1 + with % 5])),
                _ => {
                    let blanks = lines[a].iter().take_while(|&&b| b == b' ').count();
                    lines[a].drain(..blanks.min(1 + with % 3));
                }
            }
            *bytes = lines.concat();
        }
        _ => {
            let piece = PIECES[with % PIECES.len()].repeat(1 + place % 200);
            bytes.splice(at..at, piece.bytes());
        }
    }
}

/// Reads bytes and checks what holds for every file.
fn check(bytes: &[u8]) -> Result<(), String> {
    let start = Instant::now();
    let document = document::read(bytes, FILE, "a/b.yaml");
    let inside = |span: Span| span.file == FILE && span.end() as usize <= bytes.len().max(1);
    let mut sources = SourceMap::default();
    for _ in 0..=FILE.0 {
        sources.add("a/b.yaml", SourceMap::hash(bytes));
    }
    sources.set_text(FILE, bytes);
    for finding in &document.findings {
        if finding.rule.is_empty() || finding.message.is_empty() || !inside(finding.span) {
            return Err(format!("{finding:?}"));
        }
        if finding.related.iter().any(|label| !inside(label.span)) {
            return Err(format!("{finding:?}"));
        }
        let texts =
            [Some(&finding.message), finding.help.as_ref(), Some(&finding.subject.id), Some(&finding.subject.path)];
        if texts.into_iter().flatten().any(|text| text.contains(char::is_control) || text.chars().count() > 1_500) {
            return Err(format!("{finding:?}"));
        }
        let (from, to) = sources.positions(finding.span);
        if from > to {
            return Err(format!("{from:?} {to:?}"));
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let parsed = yaml::parse(text, FILE, "a/b.yaml");
        // What an alias repeats stands where its anchor is.
        let nested = !text.contains('*');
        parsed.documents.iter().try_for_each(|node| tree(node, text, nested))?;
    }
    let took = start.elapsed();
    if took > Duration::from_secs(1) { Err(format!("took {took:?}")) } else { Ok(()) }
}

/// Every place is text, and lies within the place of its parent.
fn tree(node: &Node<'_>, text: &str, nested: bool) -> Result<(), String> {
    let place = |span: Span| text.get(span.start as usize..span.end() as usize);
    let fail = |what: &str, span: Span| Err(format!("{what}: {span:?} in {:?}", node.span));
    if place(node.span).is_none() {
        return fail("no text", node.span);
    }
    let children: Vec<(Option<Span>, &Node<'_>)> = match &node.value {
        Value::Sequence(items) => items.iter().map(|item| (None, item)).collect(),
        Value::Mapping(entries) => entries.iter().map(|entry| (Some(entry.key_span), &entry.value)).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        for span in key.into_iter().chain([child.span]) {
            if place(span).is_none() || nested && !node.span.contains(span) {
                return fail("outside", span);
            }
        }
        tree(child, text, nested)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn changed_manifests_are_read(
        seed in any::<prop::sample::Index>(),
        changes in prop::collection::vec(any::<Change>(), 1..8),
    ) {
        let seeds = seeds();
        let mut bytes = seeds[seed.index(seeds.len())].clone();
        for change in changes {
            mutate(&mut bytes, change, &seeds);
        }
        prop_assert_eq!(check(&bytes), Ok(()));
    }

    #[test]
    fn pieces_in_any_order_are_read(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40)) {
        prop_assert_eq!(check(pieces.concat().as_bytes()), Ok(()));
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,60}", bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        prop_assert_eq!(check(text.as_bytes()), Ok(()));
        prop_assert_eq!(check(&bytes), Ok(()));
    }
}

/// Numbers that look random (splitmix64): the long run needs speed, not shrinking.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[test]
#[ignore = "runs for RELM_FUZZ_SECONDS, 60 unless given"]
fn changed_manifests_are_read_for_a_long_time() {
    let seconds = std::env::var("RELM_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let begin = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let mut numbers = Numbers(begin);
    let mut seeds = seeds();
    let (start, mut inputs, mut bytes_read) = (Instant::now(), 0_u64, 0_u64);
    while start.elapsed() < Duration::from_secs(seconds) {
        let mut bytes = seeds[numbers.next() as usize % seeds.len()].clone();
        for _ in 0..=numbers.next() % 10 {
            let change = (numbers.next() as u8, numbers.next() as u32, numbers.next() as u32);
            mutate(&mut bytes, change, &seeds);
        }
        bytes.truncate(64 * 1024);
        let result = std::panic::catch_unwind(|| check(&bytes)).unwrap_or_else(|_| Err("panicked".into()));
        if let Err(fault) = result {
            panic!("after {inputs} inputs, seed {begin}: {fault}\n{:?}", String::from_utf8_lossy(&bytes));
        }
        inputs += 1;
        bytes_read += bytes.len() as u64;
        // What was made so far breeds on, beside the originals.
        if inputs % 50 == 0 && (1..8 * 1024).contains(&bytes.len()) {
            if seeds.len() < 200 {
                seeds.push(bytes);
            } else {
                let place = 7 + numbers.next() as usize % (seeds.len() - 7);
                seeds[place] = bytes;
            }
        }
    }
    println!(
        "{inputs} inputs, {} MiB, {seconds} s, seed {begin}: no panic, no hang, no place outside",
        bytes_read >> 20
    );
}

//! Broken and invented reports through every parser: there is a report or a fault, never a panic or a hang.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// Real reports in small.
const SEEDS: [&str; 6] = [
    "<?xml version='1.0'?>\n<testsuites><testsuite name='s' timestamp='2026-11-16T10:00:00' time='1.5'><testcase classname='c' name='n&amp;'><failure/></testcase><testcase name='m'><skipped/></testcase></testsuite></testsuites>\n",
    "<coverage timestamp='1794823200' lines-covered='1' lines-valid='2'><class filename='a'><line number='1' hits='2'/></class></coverage>",
    "TN:\nSF:a\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nend_of_record\n",
    "{\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"name\": \"l\", \"rules\": [{\"id\": \"a\"}]}}, \"results\": [{\"ruleId\": \"a/b\", \"ruleIndex\": -1, \"level\": \"error\"}]}]}",
    "{\"a\": {\"b\": [1, {\"c\": \"x\"}]}}",
    "a;b\n1;\"2\n3\"\n4;5\n",
];

/// Pieces that mean something to a parser.
const PIECES: [&str; 30] = [
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "&b;",
    "&#0;",
    "&#x110000;",
    "<?xml encoding='x'?>",
    "\"",
    "'",
    "=",
    " ",
    "\n",
    "\r\n",
    "\0",
    "\u{feff}",
    "é",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "1e999",
    "-1",
];

fn check(bytes: &[u8], path: &str) -> Result<(), String> {
    for kind in ReportKind::WORDS.iter().filter_map(|word| ReportKind::from_word(word)) {
        let start = Instant::now();
        if let Err(fault) = parse(bytes, kind, path) {
            let lines = line_at(bytes, bytes.len());
            let long = fault.message.chars().count() > 1_500 || fault.message.contains(char::is_control);
            if fault.message.is_empty() || long || fault.line.is_some_and(|line| line as usize > lines + 1 || line == 0)
            {
                return Err(format!("{kind}: {fault:?}"));
            }
        }
        if start.elapsed() > Duration::from_secs(1) {
            return Err(format!("{kind} took {:?}", start.elapsed()));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn changed_reports_are_read(
        seed in prop::sample::select(&SEEDS[..]),
        changes in prop::collection::vec((any::<u8>(), any::<u32>(), any::<u32>()), 1..8),
        path in prop::sample::select(&["", "a", "a.b.1.c", "/a/b/0", "b[a=1]", "[=]", "é"][..]),
    ) {
        let mut bytes = seed.as_bytes().to_vec();
        for (what, place, with) in changes {
            let (at, with) = (place as usize % (bytes.len() + 1), with as usize);
            match what % 5 {
                0 if at < bytes.len() => bytes[at] ^= 1 << (with % 8),
                1 => bytes.truncate(at),
                2 => drop(bytes.drain(at..(at + with % 40).min(bytes.len()))),
                3 => drop(bytes.splice(at..at, PIECES[with % PIECES.len()].bytes())),
                _ => {
                    let piece = PIECES[with % PIECES.len()].repeat(1 + place as usize % 200);
                    bytes.splice(at..at, piece.bytes());
                }
            }
        }
        prop_assert_eq!(check(&bytes, path), Ok(()));
    }

    #[test]
    fn pieces_in_any_order_are_read(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40)) {
        prop_assert_eq!(check(pieces.concat().as_bytes(), "a"), Ok(()));
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        prop_assert_eq!(check(&bytes, "a"), Ok(()));
    }
}

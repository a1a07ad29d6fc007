#![allow(clippy::unwrap_used, clippy::expect_used, clippy::format_push_string)]

use super::*;
use crate::load::source::Source;
use crate::load::{Loaded, load};

fn read_text(text: &str) -> Document {
    read(text.as_bytes(), FileId(0), "a/b.yaml")
}

fn only(document: &Document) -> &Finding {
    let [finding] = &document.findings[..] else { panic!("{:?}", document.findings) };
    finding
}

/// Loads a folder with these files beside a `relm.yaml`.
fn folder(files: &[(&str, &[u8])]) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("relm.yaml"), "kind: portfolio\nstages: [dev, prod]\n").unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let (source, _) = Source::work_tree(folder.path().to_path_buf());
    load(&source, &|_, _| {}).unwrap()
}

#[test]
fn what_is_no_utf8_is_named_with_its_place() {
    let utf16: Vec<u8> = "kind: x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = "kind: x\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = [&[0xff, 0xfe][..], &utf16].concat();
    for (bytes, place, message) in [
        (&b"kind: x\nname: caf\xe9\n"[..], 17, "this byte is not UTF-8"),
        (b"\xff\xfek\0", 0, "this file is UTF-16, not UTF-8"),
        (&marked, 0, "this file is UTF-16, not UTF-8"),
        (&utf16, 0, "this file is UTF-16, not UTF-8"),
        (&big, 0, "this file is UTF-16, not UTF-8"),
        (b"\x7fELF\x01\0\0\xff", 5, "this file is binary, not text"),
        (b"kind: x\n\0", 8, "this file is binary, not text"),
        (b"\xc3", 0, "this byte is not UTF-8"),
    ] {
        let document = read(bytes, FileId(0), "a.yaml");
        let finding = only(&document);
        assert_eq!((finding.message.as_str(), finding.span.start, finding.rule), (message, place, "syntax"));
    }
}

#[test]
fn what_is_no_manifest_is_one_finding() {
    for (text, found) in [("- a\n- b\n", "a list"), ("just words\n", "text"), ("[]", "a list")] {
        let document = read_text(text);
        let finding = only(&document);
        assert_eq!(finding.message, format!("expected a manifest, found {found}"));
        assert!(finding.help.as_ref().unwrap().contains("exclude: [a/b.yaml]"));
        assert!(finding.span.len <= 1);
    }
}

#[test]
fn unknown_kinds_are_answered_with_the_nearest() {
    let document = read_text("kind: relese\nid: a\n");
    let finding = only(&document);
    assert_eq!(finding.message, "`relese` is not a kind of manifest");
    assert_eq!(finding.help.as_deref(), Some("did you mean `release`?"));
    assert_eq!(finding.fix.as_ref().unwrap().replacement, "release");
    assert!(document.lost.contains("a"));
    let document = read_text("kind: Deployment\napiVersion: apps/v1\n");
    assert!(only(&document).help.is_some());
    assert_eq!(only(&read_text("kind:\nid: a\n")).rule, "invalid-value");
    assert_eq!(only(&read_text("kind: [a]\nid: a\n")).rule, "invalid-value");
}

#[test]
fn files_without_kind_suggest_exclude_once_for_a_folder() {
    let loaded = folder(&[("one.yaml", b"a: 1\n---\nb: 1\n")]);
    let [finding] = &loaded.findings[..] else { panic!("{:?}", loaded.findings) };
    assert_eq!(finding.message, "this document has no `kind`");
    assert!(finding.help.as_ref().unwrap().contains("exclude: [\"one.yaml\"]"));

    let names: Vec<String> = (0..20).map(|n| format!("charts/{n}.yaml")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"a: 1\n"[..])).collect();
    let loaded = folder(&files);
    let [finding] = &loaded.findings[..] else { panic!("{:?}", loaded.findings) };
    assert_eq!(finding.message, "20 files in `charts` have no `kind`");
    assert!(finding.help.as_ref().unwrap().contains("exclude: [\"charts/**\"]"));
}

#[test]
fn a_broken_document_hides_no_finding_and_loses_no_id() {
    let text = "kind: project\nid: one\ntier: 9\n---\nkind: project\nid: 'two' # x\nname: [\n---\nkind: project\nid: three\ncolour: red\n";
    let document = read_text(text);
    let messages: Vec<&str> = document.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        messages,
        ["`[` is never closed", "expected a whole number from 1 to 4, found `9`", "unknown field `colour`"]
    );
    assert_eq!(document.manifests.len(), 2);
    assert!(document.lost.contains("two"), "references to it are not called unknown");

    let loaded =
        folder(&[("a.yaml", text.as_bytes()), ("b.yaml", b"kind: project\nid: four\ndepends_on: [two, one]\n")]);
    assert_eq!(loaded.findings.len(), 3);
    assert!(loaded.portfolio.damage.lost("two"));
    assert_eq!(loaded.portfolio.projects.len(), 3);
}

#[test]
fn every_fault_of_a_document_is_reported() {
    let text = "kind: release\nid: a b\ntype:\nstatus: begun\ntarget: 2026-02-30\nphases:\n  - {id: x, duration: 4h, strat: 2026-01-01}\n  - {start: 2026-01-01}\n";
    let places: Vec<&str> =
        read_text(text).findings.iter().map(|f| &text[f.span.start as usize..f.span.end() as usize]).collect();
    assert_eq!(places.len(), 7, "{places:?}");
    for place in ["a b", "", "begun", "2026-02-30", "4h", "strat", "start"] {
        assert!(places.contains(&place), "{place:?} in {places:?}");
    }
}

#[test]
fn logs_of_a_hundred_thousand_entries_are_read() {
    let mut text = String::from("kind: deployments\nentries:\n");
    for n in 0..100_000 {
        text += &format!(
            "  - {{id: D-{n}, project: p, version: 4.2.{n}, environment: prod, at: 2026-12-05T23:10, result: succeeded}}\n"
        );
    }
    let document = read_text(&text);
    assert_eq!(document.findings, []);
    let [Manifest::Deployments(log)] = &document.manifests[..] else { panic!("one log") };
    assert_eq!(log.entries.len(), 100_000);
    // The same mistake in each is told a hundred times, and counted.
    let document = read_text(&text.replace("result:", "outcome:"));
    assert_eq!(document.findings.len(), 101);
    let last = document.findings.last().unwrap();
    assert_eq!(last.message, "199900 more findings in this document are not listed");
    assert!(!document.damaged.is_empty());
}

#[test]
fn many_documents_cannot_flood_either() {
    let text = "---\nkind: demand\nid: x\ncolour: red\n".repeat(5_000);
    let document = read_text(&text);
    assert_eq!((document.findings.len(), document.manifests.len()), (1_001, 5_000));
    assert_eq!(document.findings.last().unwrap().message, "4000 more findings in this file are not listed");
}

#[test]
fn files_beyond_the_limit_are_not_read() {
    let large = vec![b'x'; 17 * 1024 * 1024];
    let start = std::time::Instant::now();
    let loaded = folder(&[("large.yaml", &large), ("p.yaml", b"kind: project\nid: p\n")]);
    let [finding] = &loaded.findings[..] else { panic!("{:?}", loaded.findings) };
    assert_eq!(finding.message, "cannot read this file: the file is 17 MiB long; at most 16 MiB are read");
    assert_eq!(loaded.portfolio.projects.len(), 1);
    assert!(start.elapsed().as_secs() < 5);
}

#[test]
fn comments_speak_of_the_next_line_of_content() {
    let text = "# relm: allow no-slack — promised\n# relm: allow missing-owner: later\n\n# note\nkind: demand\nid: a # relm: allow x - y\nvalue: 1\n";
    let allows = read_text(text).allows;
    let seen: Vec<(&str, &str, &str)> = allows
        .iter()
        .map(|allow| {
            (&*allow.rule, &*allow.reason, text[allow.target_start as usize..allow.target_end as usize].trim_end())
        })
        .collect();
    assert_eq!(
        seen,
        [("no-slack", "promised", "kind: demand"), ("missing-owner", "later", "kind: demand"), ("x", "y", "value: 1")]
    );
    // As many comments as a file holds take no longer than reading them.
    let many = "# relm: allow x\n".repeat(100_000);
    let start = std::time::Instant::now();
    assert_eq!(read_text(&many).allows.len(), 100_000);
    assert!(start.elapsed().as_secs() < 10);
}

#[test]
fn lags_are_days_between_phases_and_clock_time_between_steps() {
    let release = |rest: &str| format!("kind: release\nid: r\ntype: t\n{rest}\n");
    for wrong in [
        "phases: [{id: a, after: b + 4h, duration: 1d}]",
        "phases: [{id: a, after: {phase: b, lag: 4h}, duration: 1d}]",
        "depends_on: [{release: b, lag: 4h}]",
        "deployment: {steps: [{id: a, after: b + 1d}]}",
        "deployment: {steps: [{id: a, after: {step: b, lag: 1d}}]}",
    ] {
        assert_eq!(read_text(&release(wrong)).findings.len(), 1, "{wrong}");
    }
    for right in [
        "phases: [{id: a, after: [b - 1d, {phase: b, lag: 3ed}], duration: 1d}]",
        "deployment: {steps: [{id: a, after: [b + 90m, {step: c, lag: -5m}]}]}",
    ] {
        assert_eq!(read_text(&release(right)).findings, [], "{right}");
    }
}

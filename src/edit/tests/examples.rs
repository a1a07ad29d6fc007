//! Every document of the examples, edited.

use super::*;
use crate::model::Manifest;

fn texts() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.join("examples"), root.join("tests/data/full"), root.join("src/cli/templates")];
    let files = folders.into_iter().flat_map(walkdir::WalkDir::new).map(Result::unwrap);
    let manifests = files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "yaml"));
    let texts: Vec<_> = manifests
        .map(|entry| (entry.path().display().to_string(), std::fs::read_to_string(entry.path()).unwrap()))
        .collect();
    assert!(texts.len() > 50);
    texts
}

fn manifests(text: &str) -> Vec<Manifest> {
    crate::load::document::read(text.as_bytes(), FileId(0), "x.yaml").manifests
}

#[test]
fn bookings_and_progress_everywhere() {
    let (mut environments, mut phases) = (0, 0);
    for (path, text) in texts() {
        for text in [text.clone(), text.replace('\n', "\r\n"), text.trim_end().to_owned(), format!("\u{feff}{text}")] {
            for manifest in manifests(&text) {
                let mut after = text.clone();
                let mut edits = Vec::new();
                match &manifest {
                    Manifest::Environment(environment) => {
                        let booking = Value::mapping([("id", "new"), ("from", "2027-11-23"), ("to", "2027-11-27")]);
                        let document = Document::named(Kind::Environment, &*environment.id);
                        edits.push(Edit::append(document, ["bookings"], booking));
                        environments += 1;
                    }
                    Manifest::Release(release) => {
                        for phase in &release.phases {
                            let document = Document::named(Kind::Release, &*release.id);
                            edits.push(Edit::set(document, ["phases", &*phase.id, "progress"], "7"));
                            phases += 1;
                        }
                    }
                    _ => {}
                }
                for edit in edits {
                    let Err(error) = apply(&after, std::slice::from_ref(&edit)).map(|text| after = text) else {
                        continue;
                    };
                    assert!(path.contains("troubled"), "{}", error.located(&path));
                    assert!(matches!(error, EditError::Unreadable { .. } | EditError::Twice { .. }), "{error:?}");
                }
                // Whatever was there is there, line by line, but for the phases and lists that got longer.
                let mut lines = after.lines();
                for line in text.lines() {
                    let stays =
                        |other: &str| other == line || other.contains("progress: 7") || other.contains("{id: new,");
                    assert!(lines.any(stays), "{path}: {line}");
                }
            }
        }
    }
    assert!(environments > 40 && phases > 200, "{environments} environments, {phases} phases");
}

#[test]
fn what_was_written_is_what_is_decoded() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("examples/northwind/environments/test.yaml")).unwrap();
    let booking = Value::mapping([
        ("id", Value::from("perf")),
        ("from", "2026-11-23".into()),
        ("to", "2026-11-27".into()),
        ("exclusive", true.into()),
        ("purpose", "Load test: cards, ledger".into()),
    ]);
    let edit = Edit::append(Document::named(Kind::Environment, "uat-2"), ["bookings"], booking);
    let after = apply(&text, &[edit]).unwrap();
    let line =
        "  - {id: perf, from: 2026-11-23, to: 2026-11-27, exclusive: true, purpose: \"Load test: cards, ledger\"}\n";
    let at = after.find(line).unwrap();
    assert_eq!(format!("{}{}", &after[..at], &after[at + line.len()..]), text);
    let read = manifests(&after);
    let found = read.iter().find_map(|manifest| match manifest {
        Manifest::Environment(it) if &*it.id == "uat-2" => Some(it),
        _ => None,
    });
    assert_eq!(found.unwrap().bookings.len(), 2);
}

//! `artifact-mismatch`.

use crate::diagnostic::{Finding, Severity};
use crate::model::Identified;
use crate::model::release::{Artifact, Status};
use crate::rules::{Check, Context, Group, ReleaseRef, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "artifact-mismatch",
    group: Group::Gates,
    severity: Severity::Error,
    summary: "a file that ships is not the one that was recorded",
    docs: r"## What it does

Reports an artifact of a scope, a file below the folder of `relm.yaml`, whose SHA-256 is not the one written beside it, or that
is not there. Of releases that are over only files that changed are reported, for those that shipped may be cleared away;
cancelled releases are left alone. Addresses such as `https://…` are not looked at. Where only the pointer of Git LFS is here,
the hash that it names is compared.

## Why

What was tested and approved is what must ship. The definitive media library says which bytes that were.

## How to fix

Bring back the file that was recorded. If the new one is meant, it was not tested as such: record its hash
(`sha256sum FILE`) and let it pass its gates again.

```yaml failing
kind: project
id: ledger
---
kind: release
id: winter
type: minor
status: planned
scope:
  - project: ledger
    version: 4.2.0
    artifacts:
      - {uri: library/ledger-4.2.0.txt, sha256: ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}
# file: library/ledger-4.2.0.txt
# not what was recorded
```

```yaml passing
kind: project
id: ledger
---
kind: release
id: winter
type: minor
status: planned
scope:
  - project: ledger
    version: 4.2.0
    artifacts:
      - {uri: library/ledger-4.2.0.txt, sha256: edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb}
# file: library/ledger-4.2.0.txt
# abc
```
",
    check: Check::Release(check),
};

fn check(cx: &Context<'_>, release: ReleaseRef<'_>, out: &mut Vec<Finding>) {
    let status = release.release.status();
    if status == Status::Cancelled {
        return;
    }
    let has_shipped = matches!(status, Status::Released | Status::Closed);
    for item in &release.release.scope {
        let subject = || release.release.subject().at(format!("scope/{}/artifacts", item.project));
        for artifact in &item.artifacts {
            let Some((message, help)) = wrong(cx, artifact, has_shipped) else { continue };
            let span = artifact.sha256.as_ref().map_or(artifact.uri.span, |recorded| recorded.span);
            let finding = Finding::new(span, subject(), message).help(help);
            out.push(if status == Status::Draft { finding.at_most(Severity::Warning) } else { finding });
        }
    }
}

/// What is wrong with an artifact, and what to do.
fn wrong(cx: &Context<'_>, artifact: &Artifact, has_shipped: bool) -> Option<(String, &'static str)> {
    let Artifact { uri, sha256: Some(recorded), .. } = artifact else { return None };
    // A hash that is none is `invalid-value`.
    if recorded.len() != 64 {
        return None;
    }
    match cx.facts.evidence.artifacts.get(&**uri)? {
        None if has_shipped => None,
        None => Some((
            format!("`{uri}` is recorded, but there is no such file"),
            "put the file there, correct the path, or name the address where it is",
        )),
        Some(file) if file.sha256.eq_ignore_ascii_case(recorded) => None,
        Some(file) => {
            let pointer = if file.is_pointer { "its Git LFS pointer names" } else { "its SHA-256 is" };
            let (found, recorded) = (short(&file.sha256), short(recorded));
            Some((
                format!("`{uri}` is not the file that was recorded: {pointer} {found}…, recorded is {recorded}…"),
                "bring back the file that was recorded; a new one needs its own hash and passes its gates again",
            ))
        }
    }
}

fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::messages;

    const HASH: &str = "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb";

    fn found(status: &str, uri: &str, hash: &str, file: &str) -> Vec<String> {
        let text = format!(
            "kind: release\nid: r\ntype: minor\nstatus: {status}\nscope: [{{project: p, artifacts: [{{uri: {uri}, sha256: {hash}}}]}}]\n{file}"
        );
        messages("artifact-mismatch", &text)
    }

    #[test]
    fn the_bytes_decide() {
        assert!(found("planned", "a.bin", HASH, "# file: a.bin\n# abc\n").is_empty());
        assert!(found("planned", "a.bin", &HASH.to_uppercase(), "# file: a.bin\n# abc\n").is_empty());
        assert_eq!(
            found("closed", "a.bin", HASH, "# file: a.bin\n# abd\n"),
            ["`a.bin` is not the file that was recorded: its SHA-256 is b10bd3130c1c…, recorded is edeaaff3f177…"]
        );
    }

    #[test]
    fn files_that_shipped_may_be_cleared_away() {
        assert_eq!(found("planned", "a.bin", HASH, ""), ["`a.bin` is recorded, but there is no such file"]);
        for (status, uri) in [
            ("released", "a.bin"),
            ("cancelled", "a.bin"),
            ("planned", "https://x.example/a.bin"),
            ("planned", "../a.bin"),
        ] {
            assert!(found(status, uri, HASH, "").is_empty(), "{status} {uri}");
        }
    }
}

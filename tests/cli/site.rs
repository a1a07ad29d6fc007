//! `relm site`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::sandbox::{ROOT, Sandbox, has_leftovers};

fn northwind() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/northwind")
}

/// Every file of a folder with its content, by its path with `/` between the parts.
fn files(root: &Path) -> BTreeMap<String, String> {
    walkdir::WalkDir::new(root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            (path, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

fn is_page(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "html")
}

/// The values of an attribute of a page, as the browser reads them.
fn attributes<'p>(page: &'p str, name: &str) -> Vec<&'p str> {
    let start = format!(" {name}=\"");
    page.split(&start[..]).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// The path that a link means from a page.
fn target(page: &str, link: &str) -> String {
    match (link.strip_prefix("../"), page.rsplit_once('/')) {
        (Some(above), _) => above.to_owned(),
        (None, Some((folder, _))) => format!("{folder}/{link}"),
        (None, None) => link.to_owned(),
    }
}

/// What is wrong with the links, ids, headings and tables of a site.
fn faults(site: &BTreeMap<String, String>) -> Vec<String> {
    let mut wrong = Vec::new();
    let pages = || site.iter().filter(|(path, _)| is_page(path));
    let ids: BTreeMap<&str, Vec<&str>> = pages().map(|(path, text)| (&**path, attributes(text, "id"))).collect();
    for (path, text) in pages() {
        let unique: BTreeSet<&str> = ids[&**path].iter().copied().collect();
        if unique.len() != ids[&**path].len() {
            wrong.push(format!("{path}: ids are not unique"));
        }
        for link in attributes(text, "href").into_iter().chain(attributes(text, "src")) {
            let (file, fragment) = link.split_once('#').map_or((link, None), |(file, id)| (file, Some(id)));
            let file = if file.is_empty() { path.clone() } else { target(path, file) };
            if !site.contains_key(&file) {
                wrong.push(format!("{path}: {link} is not there"));
            } else if fragment.is_some_and(|id| file != "calendar.html" && !ids[&*file].contains(&id)) {
                wrong.push(format!("{path}: {link} has no such place"));
            }
        }
        for label in attributes(text, "aria-labelledby").into_iter().flat_map(str::split_whitespace) {
            if !unique.contains(label) {
                wrong.push(format!("{path}: nothing is called {label}"));
            }
        }
        if path == "calendar.html" {
            continue;
        }
        let headings: Vec<u8> = text
            .match_indices("<h")
            .filter_map(|(at, _)| {
                let level = text.as_bytes()[at + 2];
                level.is_ascii_digit().then_some(level - b'0')
            })
            .collect();
        if headings.first() != Some(&1) || headings.windows(2).any(|two| two[1] > two[0] + 1) {
            wrong.push(format!("{path}: headings {headings:?}"));
        }
        if text.matches("<table").count() != text.matches("<caption").count() {
            wrong.push(format!("{path}: a table without a caption"));
        }
        for inline in ["<style", "style=\"", " onclick", "javascript:", "<script>", "http://", "https://"] {
            if text.split("<main").next().unwrap().contains(inline) {
                wrong.push(format!("{path}: {inline}"));
            }
        }
    }
    wrong
}

#[test]
fn every_link_of_northwind_leads_somewhere_and_every_page_is_in_order() {
    let sandbox = Sandbox::empty();
    let today = fs::read_to_string(northwind().join(".today")).unwrap();
    let out = sandbox.path().join("site");
    let base = ["-C", northwind().to_str().unwrap(), "--today", today.trim(), "site", out.to_str().unwrap()]
        .map(str::to_owned);
    let run = |more: &[&str]| {
        let arguments: Vec<&str> = base.iter().map(String::as_str).chain(more.iter().copied()).collect();
        sandbox.run(&arguments)
    };
    let first = run(&["--format", "json"]);
    assert_eq!(first.code, Some(0), "{first}");
    let site = files(&out);
    assert!(site.len() > 80, "{}", site.len());
    assert_eq!(faults(&site), Vec::<String>::new());
    for page in [
        "index.html",
        "calendar.html",
        "todo.html",
        "release/payments-2026.4.html",
        "environment/uat-1.html",
        "project/core-banking.html",
        "person/carol.html",
    ] {
        assert!(site.contains_key(page), "{page}");
    }
    let release = &site["release/payments-2026.4.html"];
    for text in [
        "Instant payments",
        "critical path",
        "Gates and approvals",
        "Deployment steps in order",
        "There is a way back until the end",
        "What makes it risky",
        "Risks",
        "line 32",
        "releases/2026/payments-2026.4.yaml:2",
    ] {
        assert!(release.contains(text), "{text}");
    }
    assert!(site["environment/uat-1.html"].contains("How full it is"));

    let again = run(&["--format", "json"]);
    let (first, again): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(&first.stdout).unwrap(), serde_json::from_str(&again.stdout).unwrap());
    assert_eq!(files(&out), site, "the same bytes again");
    assert_eq!(again["written"], 0);
    assert_eq!(again["unchanged"], first["written"]);
    assert_eq!(first["pages"].as_u64().unwrap() as usize, site.keys().filter(|path| is_page(path)).count());
    let bytes: usize = site.iter().filter(|(path, _)| *path != ".relm-site").map(|(_, text)| text.len()).sum();
    assert_eq!(first["bytes"].as_u64().unwrap() as usize, bytes);
}

#[test]
fn pages_and_reports_tell_the_same_risk_and_state() {
    let sandbox = Sandbox::empty();
    for example in ["northwind", "troubled"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
        let today = fs::read_to_string(folder.join(".today")).unwrap();
        let out = sandbox.path().join(example);
        let run = |more: &[&str]| {
            let base = ["-C", folder.to_str().unwrap(), "--today", today.trim()];
            sandbox.run(&[&base[..], more].concat())
        };
        let made = run(&["site", out.to_str().unwrap()]);
        assert_eq!(made.code, Some(0), "{made}");
        let told: serde_json::Value =
            serde_json::from_str(&run(&["report", "risk", "--format", "json"]).stdout).unwrap();
        let releases = told["releases"].as_array().unwrap();
        assert!(releases.len() > 10, "{}", releases.len());
        for release in releases {
            let id = release["id"].as_str().unwrap();
            let page = out.join(format!("release/{id}.html"));
            let Ok(page) = fs::read_to_string(page) else { continue };
            let score = format!(
                "<b>{} of 100</b>, {} risk",
                release["score"].as_f64().unwrap(),
                release["level"].as_str().unwrap()
            );
            assert!(page.contains(&score), "{id}: {score}");
        }
        let told: serde_json::Value =
            serde_json::from_str(&run(&["report", "status", "--format", "json"]).stdout).unwrap();
        for release in told["releases"].as_array().unwrap() {
            let id = release["id"].as_str().unwrap();
            let Ok(page) = fs::read_to_string(out.join(format!("release/{id}.html"))) else { continue };
            let word = match release["state"].as_str().unwrap() {
                "late" => "Late",
                "at-risk" => "At risk",
                "watch" => "Watch",
                _ => "On track",
            };
            let head = page.split("</h1>").next().unwrap();
            assert!(head.contains(&format!("</span> <bdi>{word}</bdi>")), "{id}, {word}: {head}");
        }
    }
}

#[test]
fn only_what_changed_is_written_and_what_is_gone_is_removed() {
    let mut sandbox = Sandbox::repository();
    sandbox.put(
        "releases/kite.yaml",
        b"kind: release\nid: kite-1\ntype: minor\nstatus: closed\nowner: crew\nactual: {end: 2026-01-10}\n",
    );
    sandbox.commit();
    let run = sandbox.run(&["site", "public"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("0 unchanged, 0 removed\nOpen public/index.html"), "{run}");
    let site = sandbox.path().join("public");
    let before = files(&site);
    assert!(sandbox.run(&["site", "public"]).stdout.contains(": 0 files written,"));
    assert_eq!(files(&site), before, "the site itself makes nothing dirty");

    // Another day touches no page of a release that is over.
    let next = sandbox.run(&["--today", "2026-03-03", "site", "public"]);
    assert_eq!(files(&site)["release/kite-1.html"], before["release/kite-1.html"]);
    assert_ne!(files(&site)["index.html"], before["index.html"], "{next}");
    sandbox.run(&["site", "public"]);
    assert_eq!(files(&site), before);

    // Somebody else's file stays, an own one that is no longer needed goes, and one that was lost is written again.
    fs::write(site.join("notes.txt"), "mine").unwrap();
    fs::remove_file(sandbox.path().join("releases/kite.yaml")).unwrap();
    fs::remove_file(site.join("todo.html")).unwrap();
    let run = sandbox.run(&["site", "public"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("removed"), "{run}");
    let after = files(&site);
    assert!(!after.contains_key("release/kite-1.html") && !after.contains_key("releases-2026.html"));
    assert!(after.contains_key("notes.txt") && after.contains_key("todo.html"));
    assert_eq!(faults(&after.into_iter().filter(|(path, _)| path != "notes.txt").collect()), Vec::<String>::new());
    assert!(!site.join(".relm-site").is_dir());
    assert!(!has_leftovers(&site.join("release")));
}

#[test]
fn folders_of_others_are_refused() {
    let sandbox =
        Sandbox::portfolio().write("public/holiday.html", "photos").write("taken/x/y.txt", "").write("file", "");
    for folder in ["public", "taken", ".", "releases", "file"] {
        let run = sandbox.run(&["site", folder]);
        assert_eq!(run.code, Some(2), "{folder}: {run}");
        assert!(run.stderr.contains("hint: "), "{folder}: {run}");
    }
    assert_eq!(sandbox.read("public/holiday.html"), "photos");
    assert_eq!(sandbox.files().len(), 5, "nothing was written");
    // A list that names what is not ours is not believed.
    let sandbox =
        Sandbox::portfolio().write("public/.relm-site", "../relm.yaml\n/etc/passwd\nrelease/../../file\nold.html\n");
    let sandbox = sandbox.write("public/old.html", "").write("file", "");
    assert_eq!(sandbox.run(&["site", "public"]).code, Some(0));
    assert_eq!(sandbox.read("relm.yaml"), ROOT);
    assert!(sandbox.files().contains(&"file".to_owned()) && !sandbox.files().contains(&"public/old.html".to_owned()));
}

#[test]
fn a_file_of_somebody_else_is_neither_replaced_nor_removed() {
    let sandbox = Sandbox::portfolio();
    assert_eq!(sandbox.run(&["site", "public"]).code, Some(0));
    let sandbox = sandbox
        .write("public/release/torch-9.html", "theirs")
        .write("releases/torch.yaml", "kind: release\nid: torch-9\ntype: minor\nowner: crew\n");
    let before = sandbox.read("public/.relm-site");
    let run = sandbox.run(&["site", "public"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("`public/release/torch-9.html` is there, and `relm site` did not make it"), "{run}");
    assert_eq!(sandbox.read("public/.relm-site"), before);
    std::fs::remove_file(sandbox.path().join("releases/torch.yaml")).unwrap();
    assert_eq!(sandbox.run(&["site", "public"]).code, Some(0));
    assert_eq!(sandbox.read("public/release/torch-9.html"), "theirs");
}

#[cfg(unix)]
#[test]
fn links_to_elsewhere_are_not_written_through() {
    let sandbox = Sandbox::portfolio().write("elsewhere/keep.txt", "").write("public/.relm-site", "");
    std::os::unix::fs::symlink(sandbox.path().join("elsewhere"), sandbox.path().join("public/release")).unwrap();
    let run = sandbox.run(&["site", "public"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert_eq!(fs::read_dir(sandbox.path().join("elsewhere")).unwrap().count(), 1);
}

#[test]
fn ids_that_file_systems_confuse_get_pages_of_their_own() {
    let long = "x".repeat(190);
    let ids =
        ["con", "CON", "nul.2026", "Core", "core", "a..b", "a_b", "a.b", "com1", "x.", "1", &long, &format!("{long}y")];
    let releases: Vec<String> = ids
        .iter()
        .map(|id| {
            format!("kind: release\nid: \"{id}\"\ntype: minor\nstatus: planned\nowner: crew\ntarget: 2026-04-10\nphases: [{{id: Build, start: 2026-03-09, duration: 5d}}]\ngates: [{{id: \"{id}\", requires: [{{role: chief}}]}}]\n")
        })
        .collect();
    let sandbox = Sandbox::portfolio().write("releases/nasty.yaml", &releases.join("---\n"));
    let run = sandbox.run(&["site", "public"]);
    assert_eq!(run.code, Some(0), "{run}");
    let site = files(&sandbox.path().join("public"));
    let names: BTreeSet<String> =
        site.keys().filter_map(|path| path.strip_prefix("release/")).map(str::to_lowercase).collect();
    assert_eq!(names.len(), ids.len() + 1, "a page each, however letters are compared: {names:?}");
    assert!(
        names
            .iter()
            .all(|name| name.len() < 120 && name.is_ascii() && !name.starts_with("con") && !name.starts_with("nul"))
    );
    assert_eq!(faults(&site), Vec::<String>::new());
}

#[test]
fn nothing_that_is_written_becomes_markup() {
    let evil = r#"</title></script><script>alert(1)</script><img src=x onerror=alert(1)>" onmouseover="alert(1)"#;
    let quoted = serde_json::to_string(evil).unwrap();
    let root = format!(
        "kind: portfolio\nname: {quoted}\nstages: [prod]\nteams: [{{id: crew, name: {quoted}}}]\nfreezes: [{{id: quiet, name: {quoted}, from: 2026-03-20, to: 2026-03-22, reason: {quoted}}}]\n"
    );
    let rest = format!(
        "kind: release\nid: lantern-1\nname: {quoted}\ndescription: {quoted}\ntype: minor\nstatus: planned\nowner: crew\ntarget: 2026-04-10\n\
         scope: [{{project: lamp, version: {quoted}}}]\nphases: [{{id: build, name: {quoted}, start: 2026-03-02, duration: 5d, environments: [live]}}]\n\
         risk: {{register: [{{id: R1, name: {quoted}, mitigation: {quoted}}}]}}\ngates: [{{id: go, name: {quoted}, criteria: [{{id: c1, name: {quoted}}}]}}]\n\
         links: [{{title: {quoted}, url: \"javascript:alert(1)\"}}]\n---\nkind: project\nid: lamp\nname: {quoted}\n---\nkind: environment\nid: live\nname: {quoted}\nstage: prod\n\
         outages: [{{from: 2026-03-28, to: 2026-03-29, reason: {quoted}}}]\n---\nkind: change\nid: C1\nname: {quoted}\nproject: lamp\nstatus: submitted\n"
    );
    let sandbox = Sandbox::empty().write("relm.yaml", &root).write("all.yaml", &rest);
    let run = sandbox.run(&["site", "public"]);
    assert_eq!(run.code, Some(0), "{run}");
    let site = files(&sandbox.path().join("public"));
    assert_eq!(faults(&site), Vec::<String>::new());
    for (path, text) in site.iter().filter(|(path, _)| is_page(path)) {
        let tags = text.matches("<script").count();
        assert_eq!(tags, 2, "{path}");
        assert!(
            !text.contains("<img") && !text.contains("onmouseover=\"") && !text.contains("href=\"javascript"),
            "{path}"
        );
    }
    assert!(site["search.js"].starts_with("\"use strict\";\nwindow.relmSearch = {"));
}

#[test]
fn of_many_who_hold_a_role_only_the_first_are_named() {
    let holders: Vec<String> = (10..50).map(|nth| format!("  - {{id: p{nth}, roles: [chief]}}\n")).collect();
    let root = format!("kind: portfolio\nstages: [prod]\nroles: [chief]\npeople:\n{}", holders.concat());
    let release = "kind: release\nid: glow\ntype: minor\nstatus: planned\ntarget: 2026-03-20\ngates:\n  - {id: go, due: 2026-03-10, requires: [{role: chief}]}\n";
    let sandbox = Sandbox::portfolio().write("relm.yaml", &root).write("glow.yaml", release);
    let run = sandbox.run(&["site", "out"]);
    assert_eq!(run.code, Some(0), "{run}");
    for page in ["release/glow.html", "todo.html"] {
        let page = sandbox.read(&format!("out/{page}"));
        assert!(page.contains("p15</bdi></a> and 34 more"), "{page}");
        assert!(!page.contains("person/p16.html"), "{page}");
    }
}

#[test]
fn an_empty_portfolio_has_a_site_too() {
    let sandbox = Sandbox::empty().write("relm.yaml", "kind: portfolio\nstages: [prod]\n");
    let run = sandbox.run(&["site", "public"]);
    assert_eq!(run.code, Some(0), "{run}");
    let site = files(&sandbox.path().join("public"));
    assert_eq!(faults(&site), Vec::<String>::new());
    assert!(site["index.html"].contains("Nothing has a date"));
}

//! What it costs to tell how planned dates moved, against `git log -p` over the same files.
//!
//! `cargo bench --bench history -- 500 5000` makes a repository of so many releases in so many commits, and measures how long
//! `relm` takes to learn every move of every date: without a cache, and with the one that it leaves below the git folder.
//! `git log -p` prints the texts of the same changes, from which somebody would still have to read the dates.

#[path = "measure/wall.rs"]
mod wall;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use git2::{Buf, FileMode, Index, IndexEntry, IndexTime, Oid, Repository, Signature, Time};
use relm::analysis::history::moves;
use relm::git::Follow;
use relm::load::history::Since;
use relm::load::moves::{Ask, chronicle};
use relm::load::source::Source;
use wall::{Outcome, ms, wall};

const ROUNDS: usize = 5;

fn main() -> Outcome<()> {
    let mut sizes = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let (releases, commits) = (sizes.next().unwrap_or(500), sizes.next().unwrap_or(5_000));
    let folder = tempfile::tempdir()?;
    let root = folder.path().canonicalize()?;
    write(&root, releases, commits)?;
    println!("{releases} releases, {commits} commits, best of {ROUNDS}");
    let (source, _) = Source::work_tree(root.clone());
    let loaded = relm::load::load(&source, &|_, _| {})?;
    let learn = || -> Outcome<(Duration, usize)> {
        let started = Instant::now();
        let ask = Ask { since: Since::Beginning, follow: Follow::AllParents, every: false };
        let counted = moves(&chronicle(&source, &loaded, &ask)?).iter().filter(|one| one.counts()).count();
        Ok((started.elapsed(), counted))
    };
    let [mut cold, mut warm] = [Duration::MAX; 2];
    let mut found = 0;
    for _ in 0..ROUNDS {
        _ = fs::remove_dir_all(root.join(".git/relm"));
        let (took, counted) = learn()?;
        cold = cold.min(took);
        let (took, again) = learn()?;
        warm = warm.min(took);
        assert_eq!(counted, again, "the cache changes nothing");
        found = counted;
    }
    println!("  moves: {found}");
    println!("  relm, without a cache  {}", ms(cold));
    println!("  relm, with a cache     {}", ms(warm));
    if Command::new("git").arg("--version").output().is_err() {
        println!("  git log -p: there is no git program");
        return Ok(());
    }
    let mut log = Duration::MAX;
    for _ in 0..ROUNDS.min(3) {
        log = log.min(wall(Command::new("git").args(["log", "-p", "--", "releases"]).current_dir(&root))?);
    }
    println!(
        "  git log -p             {}   ({:.1} times as long as without a cache, {:.1} times as with)",
        ms(log),
        log.as_secs_f64() / cold.as_secs_f64(),
        log.as_secs_f64() / warm.as_secs_f64()
    );
    Ok(())
}

/// A release that is moved now and then.
fn release(number: usize, moved: usize) -> String {
    let day = |offset: usize| {
        let day = number % 200 + moved * 3 + offset;
        format!("2026-{:02}-{:02}", 1 + day / 28 % 12, 1 + day % 28)
    };
    let mut text = format!(
        "kind: release\nid: r{number:04}\nname: Release {number}\ntype: minor\nstatus: planned\nowner: owner\ntarget: {}\nscope:\n",
        day(40)
    );
    for project in 0..4 {
        let _ = writeln!(text, "  - {{project: p{project}, version: 1.{number}.{moved}}}");
    }
    text.push_str("phases:\n");
    for (at, phase) in ["build", "sit", "uat", "deploy"].iter().enumerate() {
        let (start, end) = (day(at * 10), day(at * 10 + 7));
        let _ =
            writeln!(text, "  - {{id: {phase}, start: {start}, end: {end}, environments: [{phase}-1], team: crew}}");
    }
    let _ = writeln!(text, "milestones:\n  - {{id: code-complete, date: {}}}", day(9));
    text
}

/// Makes the repository as one pack, and checks it out.
fn write(root: &Path, releases: usize, commits: usize) -> Outcome<()> {
    let repo = Repository::init(root)?;
    let mut pack = Buf::new();
    let tip = {
        let odb = repo.odb()?;
        let memory = odb.add_new_mempack_backend(999)?;
        let mut index = Index::new()?;
        put(&repo, &mut index, "relm.yaml", "kind: portfolio\nstages: [prod]\n")?;
        for number in 0..releases {
            put(&repo, &mut index, &format!("releases/r{number:04}.yaml"), &release(number, 0))?;
        }
        let mut moved = vec![0; releases];
        let mut tip = None;
        for number in 0..commits {
            if number > 0 {
                let at = number * 7919 % releases;
                moved[at] += 1;
                put(&repo, &mut index, &format!("releases/r{at:04}.yaml"), &release(at, moved[at]))?;
            }
            tip = Some(commit(&repo, &mut index, tip, number)?);
        }
        memory.dump(&repo, &mut pack)?;
        tip.ok_or("no commit")?
    };
    drop(repo);
    let repo = Repository::open(root)?;
    let odb = repo.odb()?;
    let mut writer = odb.packwriter()?;
    std::io::Write::write_all(&mut writer, &pack)?;
    writer.commit()?;
    repo.reference("refs/heads/main", tip, true, "generated")?;
    repo.set_head("refs/heads/main")?;
    repo.checkout_head(Some(git2::build::CheckoutBuilder::new().force()))?;
    Ok(())
}

fn put(repo: &Repository, index: &mut Index, path: &str, text: &str) -> Outcome<()> {
    let (id, time) = (repo.blob(text.as_bytes())?, IndexTime::new(0, 0));
    let (mode, file_size, path) = (FileMode::Blob.into(), text.len() as u32, path.as_bytes().to_vec());
    let (ctime, mtime, dev, ino, uid, gid, flags, flags_extended) = (time, time, 0, 0, 0, 0, 0, 0);
    index.add(&IndexEntry { ctime, mtime, dev, ino, mode, uid, gid, file_size, id, flags, flags_extended, path })?;
    Ok(())
}

fn commit(repo: &Repository, index: &mut Index, parent: Option<Oid>, number: usize) -> Outcome<Oid> {
    let tree = repo.find_tree(index.write_tree_to(repo)?)?;
    let who = Signature::new("owner", "owner@example.com", &Time::new(1_600_000_000 + 3_600 * number as i64, 0))?;
    let parent = parent.map(|id| repo.find_commit(id)).transpose()?;
    Ok(repo.commit(None, &who, &who, &format!("Commit {number}"), &tree, &Vec::from_iter(&parent))?)
}

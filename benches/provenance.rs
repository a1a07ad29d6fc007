//! What it costs to prove approvals from the history, against `git blame` over the same files.
//!
//! `cargo bench --bench provenance -- 1000 5000 100` makes a repository of so many releases with four approvals each, in so many
//! commits, most of them signed, and measures how long `relm` takes to learn who brought every approval and every item of
//! scope, whose signature it has, and what changed since: without a cache, and with the one that it leaves below the git
//! folder. `git blame --porcelain` runs once for each file of a release, or for so many of them, evenly chosen, from which
//! the time for all is reckoned; it says who wrote each line last, which is less.

#[path = "generator/approved.rs"]
mod approved;
#[path = "measure/wall.rs"]
mod wall;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use relm::load::facts::{Wants, gather};
use relm::load::source::Source;
use relm::model::facts::{History, Provenance, Signature};
use wall::{Outcome, ms, wall};

const ROUNDS: usize = 5;

fn main() -> Outcome<()> {
    let mut sizes = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let (releases, commits) = (sizes.next().unwrap_or(1_000), sizes.next().unwrap_or(5_000));
    let blamed = sizes.next().unwrap_or(releases);
    let folder = tempfile::tempdir()?;
    let root = folder.path().canonicalize()?;
    let started = Instant::now();
    approved::write(&root, releases, commits)?;
    println!(
        "{releases} releases × {} approvals in {} folders, {commits} commits (made in {:.1} s), best of {ROUNDS}",
        approved::GATES.len(),
        approved::FOLDERS,
        started.elapsed().as_secs_f64()
    );
    let (source, _) = Source::work_tree(root.clone());
    let loaded = relm::load::load(&source, &|_, _| {})?;
    let wants = Wants { provenance: true, ..Wants::default() };
    let learn = || {
        let started = Instant::now();
        let facts = gather(&source, &loaded, wants);
        (started.elapsed(), facts.provenance.unwrap_or_default())
    };
    let [mut cold, mut warm] = [Duration::MAX; 2];
    let mut known = Provenance::default();
    for _ in 0..ROUNDS {
        _ = fs::remove_dir_all(root.join(".git/relm"));
        let (took, provenance) = learn();
        cold = cold.min(took);
        let (took, again) = learn();
        warm = warm.min(took);
        assert_eq!(provenance, again, "the cache changes nothing");
        known = provenance;
    }
    assert_eq!(known.history, History::Whole);
    let valid = |signature: &Signature| matches!(signature, Signature::Valid { people, .. } if people.len() == 1);
    let brought = known.approvals.values().filter_map(|facts| facts.introduction.as_ref());
    let signed = brought.clone().filter(|found| valid(&found.commit.signature)).count();
    println!("  approvals: {}, with their commit: {}, signed: {signed}", known.approvals.len(), brought.count());
    let size: u64 = fs::read_dir(root.join(".git/relm/units-v1"))?
        .flatten()
        .filter_map(|file| Some(file.metadata().ok()?.len()))
        .sum();
    println!("  relm, without a cache  {}", ms(cold));
    println!("  relm, with a cache     {}   ({:.1} MB)", ms(warm), size as f64 / 1e6);
    if let Some((took, files)) = blame(&root, blamed)? {
        println!(
            "  git blame              {}   ({files} files blamed; {:.0} times as long as without a cache, {:.0} times as with)",
            ms(took),
            took.as_secs_f64() / cold.as_secs_f64(),
            took.as_secs_f64() / warm.as_secs_f64()
        );
    } else {
        println!("  git blame: there is no git program");
    }
    Ok(())
}

/// How long it takes over all releases, reckoned from so many of them.
fn blame(root: &Path, count: usize) -> Outcome<Option<(Duration, u32)>> {
    if Command::new("git").arg("--version").output().is_err() {
        return Ok(None);
    }
    let all =
        walkdir::WalkDir::new(root.join("releases")).sort_by_file_name().into_iter().collect::<Result<Vec<_>, _>>()?;
    let all: Vec<_> = all.iter().filter(|entry| entry.file_type().is_file()).collect();
    let (mut took, mut files) = (Duration::ZERO, 0);
    for entry in all.iter().step_by((all.len() / count.max(1)).max(1)) {
        took += wall(Command::new("git").args(["blame", "--porcelain", "--"]).arg(entry.path()).current_dir(root))?;
        files += 1;
    }
    Ok(Some((took.mul_f64(all.len() as f64 / f64::from(files.max(1))), files)))
}

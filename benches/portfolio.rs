//! How long `relm check` takes, against what it cannot do without, and how much memory.
//!
//! `cargo bench --bench portfolio -- 1000 10000 50000` makes portfolios of these sizes and measures, as the best of several
//! runs in turn:
//!
//! - the *floor*: a process that walks (ignore checks included), reads, and parses the same files into trees, with the same
//!   reader and threads;
//! - the whole command, from spawn to exit: as it is run day by day, and for the first time, when nothing is known of the
//!   shapes of files yet (it keeps them below `relm` in the git folder);
//! - the same command where duties are separated, so that it has to ask the history who wrote each scope
//!   (`cargo bench --bench provenance` is about a long history);
//! - `boon`, a validator of JSON Schemas, over the same files with our schema, where it is installed (`BOON` may name it);
//! - the library's stages; peak memory; start-up on an empty portfolio against a program that says hello.
//!
//! `cargo bench --bench portfolio -- --write FOLDER 10000` only writes one.

mod generator;
mod measure;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use measure::{Outcome, ms, peak_memory, wall};

/// The argument that makes this program measure nothing and be the floor.
const FLOOR: &str = "--floor-of";
/// The argument that writes a portfolio to a folder and stops, for a profiler.
const WRITE: &str = "--write";
/// Manifests when no number is given.
const DEFAULT: usize = 10_000;
/// Paths beyond this do not fit one command line.
const BOON_LIMIT: usize = 10_000;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [flag, root, ..] if flag == FLOOR => {
            measure::floor(Path::new(root));
            return Ok(());
        }
        [flag, root, size, ..] if flag == WRITE => {
            let root = Path::new(root);
            generator::write(root, &generator::portfolio(size.parse()?))?;
            return Ok(generator::commit(root)?);
        }
        _ => {}
    }
    let mut sizes: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes.push(DEFAULT);
    }
    let folder = tempfile::tempdir()?;
    let start = start_up(folder.path())?;
    let mut measured = Vec::new();
    for &size in &sizes {
        measured.push(measure_size(folder.path(), size, start.memory)?);
    }
    if let [first, .., last] = &measured[..] {
        let growth = |empty: Duration| {
            let per_file = |one: &Measured| one.check.saturating_sub(empty).as_secs_f64() / one.manifests as f64;
            per_file(last) / per_file(first)
        };
        println!("\ntime per file, {} against {} files (0.8 to 1.2 is linear)", last.manifests, first.manifests);
        println!("  whole                      {:6.2}", growth(Duration::ZERO));
        println!("  without the empty portfolio{:6.2}", growth(start.relm));
    }
    Ok(())
}

struct StartUp {
    relm: Duration,
    memory: Option<u64>,
}

/// An empty portfolio against a program that says hello.
fn start_up(folder: &Path) -> Outcome<StartUp> {
    let source = folder.join("hello.rs");
    let hello = folder.join("hello");
    fs::write(&source, "fn main() { println!(\"hello\"); }\n")?;
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let built = Command::new(rustc).arg("-O").arg("-o").arg(&hello).arg(&source).status()?;
    assert!(built.success(), "a program that says hello can be built");
    let root = folder.join("empty");
    let empty = generator::File {
        path: "relm.yaml".to_owned(),
        text: "kind: portfolio\nformat: 1\nname: Empty\nstages: [prod]\n".to_owned(),
    };
    generator::write(&root, &[empty])?;
    generator::commit(&root)?;
    let mut best = [Duration::MAX; 2];
    for _ in 0..40 {
        best[0] = best[0].min(wall(&mut Command::new(&hello))?);
        best[1] = best[1].min(wall(&mut check(&root))?);
    }
    let mut memory = None;
    for _ in 0..40 {
        // So short a run is easily looked at too early.
        memory = memory.max(peak_memory(&mut check(&root))?);
    }
    println!("start-up on an empty portfolio, best of 40");
    println!(
        "  hello {}   relm check {}   difference {} (at most 10 ms)",
        ms(best[0]),
        ms(best[1]),
        ms(best[1].saturating_sub(best[0]))
    );
    Ok(StartUp { relm: best[1], memory })
}

struct Measured {
    manifests: usize,
    check: Duration,
}

fn measure_size(folder: &Path, manifests: usize, empty: Option<u64>) -> Outcome<Measured> {
    let root = folder.join(manifests.to_string());
    let files = generator::portfolio(manifests);
    let bytes: usize = files.iter().map(|file| file.text.len()).sum();
    generator::write(&root, &files)?;
    generator::commit(&root)?;
    let rounds = if manifests > 2_000 { 7 } else { 20 };
    println!("\n{manifests} manifests, {:.2} KB each, best of {rounds}", bytes as f64 / manifests as f64 / 1_000.0);

    let boon = (manifests <= BOON_LIMIT).then(boon).flatten();
    let mut best = [Duration::MAX; 4];
    for _ in 0..rounds {
        best[0] = best[0].min(wall(Command::new(std::env::current_exe()?).arg(FLOOR).arg(&root))?);
        forget(&root)?;
        best[3] = best[3].min(wall(&mut check(&root))?);
        best[1] = best[1].min(wall(&mut check(&root))?);
        if let Some(boon) = &boon {
            best[2] = best[2].min(wall(&mut validate(boon, &root, &files))?);
        }
    }
    let [floor, check_took, boon_took, first_took] = best;
    let ratio = |of: Duration| check_took.as_secs_f64() / of.as_secs_f64();
    println!("  floor                      {}", ms(floor));
    println!("  relm check                 {}   {:.2} × the floor (at most 1.5)", ms(check_took), ratio(floor));
    println!(
        "  for the first time         {}   {:.2} × the floor",
        ms(first_took),
        first_took.as_secs_f64() / floor.as_secs_f64()
    );
    let strict = with_duties_separated(&root, rounds)?;
    println!(
        "  with duties separated      {}   {:.2} × the floor",
        ms(strict),
        strict.as_secs_f64() / floor.as_secs_f64()
    );
    if boon.is_some() {
        println!("  boon, schema alone         {}   {:.2} × boon (below 1)", ms(boon_took), ratio(boon_took));
    }
    if let (Some(peak), Some(empty)) = (peak_memory(&mut check(&root))?, empty) {
        let each = peak.saturating_sub(empty) as f64 / manifests as f64;
        println!(
            "  peak memory             {:6.1} MB   {each:.1} KB each above the {empty} KB of none (at most 16)",
            peak as f64 / 1024.0
        );
    }
    println!("  in one process, best of {}:", rounds.min(5));
    for (name, took) in measure::stages(&root, generator::TODAY, rounds.min(5))? {
        println!("    {name:<36} {}", ms(took));
    }
    println!("  the slowest rules:");
    for (name, took) in measure::slowest_rules(&root, generator::TODAY, 5)? {
        println!("    {name:<36} {}", ms(took));
    }
    Ok(Measured { manifests, check: check_took })
}

/// Removes what relm keeps between runs.
fn forget(root: &Path) -> Outcome<()> {
    match fs::remove_dir_all(root.join(".git/relm")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// `relm check` where nobody may approve what is their own: the best of some rounds.
fn with_duties_separated(root: &Path, rounds: usize) -> Outcome<Duration> {
    let settings = root.join("relm.yaml");
    let text = fs::read_to_string(&settings)?;
    fs::write(&settings, text.replace("provenance: none}", "provenance: none, separation_of_duties: true}"))?;
    let mut best = Duration::MAX;
    for _ in 0..rounds {
        best = best.min(wall(&mut check(root))?);
    }
    fs::write(&settings, text)?;
    Ok(best)
}

fn check(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relm"));
    command.args(["check", "--today", generator::TODAY]).current_dir(root);
    command
}

/// The program that `BOON` names, else the one on the path.
fn boon() -> Option<PathBuf> {
    let named = std::env::var_os("BOON").map(PathBuf::from);
    let path = std::env::var_os("PATH")?;
    let found =
        named.or_else(|| std::env::split_paths(&path).map(|folder| folder.join("boon")).find(|file| file.is_file()));
    if found.is_none() {
        println!("  boon is not here: cargo install boon-cli");
    }
    found
}

fn validate(boon: &Path, root: &Path, files: &[generator::File]) -> Command {
    let mut command = Command::new(boon);
    command.arg("-q").arg(concat!(env!("CARGO_MANIFEST_DIR"), "/schema/manifest.json"));
    command.args(files.iter().map(|file| &file.path)).current_dir(root);
    command
}

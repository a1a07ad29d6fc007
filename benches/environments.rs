//! What environments cost `relm check`, and how long the questions about them take.
//!
//! `cargo bench --bench environments -- 10000` makes that many releases with five bookings each on 200 environments, with
//! freezes, windows and maintenance, and measures, as the best of several runs in turn:
//!
//! - `relm check` with and without the rules about environments (30 % more is the aim);
//! - `relm env free --for 5d` over all environments and two years, against the same;
//! - `relm calendar --format ics --kind phase`, at a tenth of the releases and at all of them: as long for each event.

#[path = "generator/booked.rs"]
mod booked;
#[path = "measure/wall.rs"]
mod wall;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use wall::{Outcome, ms, wall};

const DEFAULT: usize = 10_000;
const ROUNDS: usize = 9;
/// Events that grow as the releases do.
const ICS: &[&str] = &["calendar", "--format", "ics", "--kind", "phase"];

fn main() -> Outcome<()> {
    let size = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(DEFAULT);
    let folder = tempfile::tempdir()?;
    let [with, without, small] = ["with", "without", "small"].map(|name| folder.path().join(name));
    booked::write(&with, size, true)?;
    booked::write(&without, size, false)?;
    booked::write(&small, size / 10, true)?;

    let mut best = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        best[0] = best[0].min(wall(&mut relm(&without, &["check"]))?);
        best[1] = best[1].min(wall(&mut relm(&with, &["check"]))?);
        best[2] = best[2].min(wall(&mut relm(&with, &["env", "free", "--for", "5d"]))?);
    }
    let [plain, check, free] = best;
    let more = |took: Duration| (took.as_secs_f64() / plain.as_secs_f64() - 1.0) * 100.0;
    println!("{size} releases × 5 bookings on {} environments, best of {ROUNDS}", booked::ENVIRONMENTS);
    println!("  relm check without the rules about environments {}", ms(plain));
    println!("  relm check                                      {}   {:+.0} % (at most +30 %)", ms(check), more(check));
    println!("  relm env free --for 5d                          {}   {:+.0} % (at most +30 %)", ms(free), more(free));

    let mut each = Vec::new();
    for root in [&small, &with] {
        let mut took = Duration::MAX;
        for _ in 0..ROUNDS.min(5) {
            took = took.min(wall(&mut relm(root, ICS))?);
        }
        let output = relm(root, ICS).output()?;
        let events = String::from_utf8(output.stdout)?.matches("BEGIN:VEVENT").count();
        println!("  relm calendar --format ics --kind phase, {events:>6} events        {}", ms(took));
        each.push(took.as_secs_f64() / events.max(1) as f64);
    }
    println!("  time for each event, all against a tenth           {:.2} (1.2 at most is linear)", each[1] / each[0]);
    Ok(())
}

fn relm(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relm"));
    command.args(arguments).args(["--today", booked::TODAY]).current_dir(root);
    command
}

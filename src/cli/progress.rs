//! A progress bar for work that takes longer than half a second, on a terminal only.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that is done sooner is not worth a bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// Counts what is done, and shows it once the work has taken long enough.
#[derive(Debug)]
pub struct Progress {
    shown: bool,
    started: Instant,
    done: AtomicUsize,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// Begins to count; nothing is ever shown when `quiet`, in CI, or where standard error is no terminal.
    pub fn new(quiet: bool) -> Self {
        let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        Self {
            shown: !quiet && !in_ci && std::io::stderr().is_terminal(),
            started: Instant::now(),
            done: AtomicUsize::new(0),
            bar: OnceLock::new(),
        }
    }

    /// One of `total` is done. May be called from any thread.
    pub fn step(&self, total: usize) {
        if !self.shown {
            return;
        }
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        // The clock is looked at now and then only.
        if done.is_multiple_of(64) && (self.bar.get().is_some() || self.started.elapsed() > PATIENCE) {
            self.bar.get_or_init(|| bar(total)).set_position(done as u64);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
    // The template is fixed, so this cannot fail; without it the bar has its default look.
    match ProgressStyle::with_template("reading manifests {bar:30} {pos}/{len}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

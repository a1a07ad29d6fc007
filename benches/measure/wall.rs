//! The wall time of a program.

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Anything may fail; the benchmark then says why and stops.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Runs a program without its output, from spawn to exit. Its exit code is not looked at: a check may refuse.
pub fn wall(command: &mut Command) -> io::Result<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    command.status()?;
    Ok(started.elapsed())
}

/// Milliseconds, right-aligned.
pub fn ms(took: Duration) -> String {
    format!("{:8.1} ms", took.as_secs_f64() * 1_000.0)
}

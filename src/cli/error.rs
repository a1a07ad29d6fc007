//! Why a command stopped: a kind that fixes the exit code, a sentence, and what to do about it.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::diagnostic::suggest;
use crate::git::GitError;
use crate::load::root::RootError;
use crate::render::text::sanitize;

/// What kind of thing went wrong; it fixes the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Wrong options, or an id, rule or path that does not exist.
    Usage,
    /// There is no portfolio, or it cannot be read.
    Input,
    /// The result cannot be written.
    Output,
    /// Whoever read the output has gone away, which is no fault.
    ClosedPipe,
}

impl Kind {
    /// The exit code, as the design of the command line lists them.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Usage | Self::Input | Self::Output => ExitCode::from(2),
            Self::ClosedPipe => ExitCode::SUCCESS,
        }
    }
}

/// Why a command stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What kind of thing went wrong.
    pub kind: Kind,
    message: String,
    hints: Vec<String>,
}

impl Error {
    /// An error of this kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new() }
    }

    /// Wrong usage, such as an unknown id.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// A portfolio that cannot be read.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// A result that cannot be written.
    pub fn output(message: impl Into<String>) -> Self {
        Self::new(Kind::Output, message)
    }

    /// A name that does not exist, with the nearest that do; `otherwise` is the hint when none is near.
    pub fn unknown<'a>(
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
        otherwise: impl Into<String>,
    ) -> Self {
        let hint = suggest::did_you_mean(name, known).unwrap_or_else(|| otherwise.into());
        Self::usage(format!("no {what} `{name}`")).hint(hint)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The lines for standard error.
    pub fn render(&self, colour: bool) -> String {
        let mut out = line("error", "1;31", &self.message, colour);
        self.hints.iter().for_each(|hint| out += &line("hint", "36", hint, colour));
        out
    }
}

/// One line `word: text` for standard error, safe for a terminal.
pub fn line(word: &str, code: &str, text: &str, colour: bool) -> String {
    let text = sanitize(text);
    if colour { format!("\u{1b}[{code}m{word}:\u{1b}[0m {text}\n") } else { format!("{word}: {text}\n") }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<GitError> for Error {
    fn from(error: GitError) -> Self {
        let made = Self::input(error.to_string());
        match error.hint() {
            Some(hint) => made.hint(hint),
            None => made,
        }
    }
}

impl From<RootError> for Error {
    fn from(error: RootError) -> Self {
        let made = Self::input(error.to_string());
        match error.hint() {
            Some(hint) => made.hint(hint),
            None => made,
        }
    }
}

/// What the system says of a failed file operation, without error numbers.
pub fn plain_io(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_lines_without_control_characters() {
        let error = Error::unknown("rule", "overdue\u{1b}[2J", ["no-slack"], "`relm rules` lists them");
        assert_eq!(error.render(false), "error: no rule `overdue[2J`\nhint: `relm rules` lists them\n");
        assert!(error.render(true).starts_with("\u{1b}[1;31merror:\u{1b}[0m "));
    }

    #[test]
    fn near_names_are_offered() {
        let error = Error::unknown("rule", "no-slak", ["no-slack"], "");
        assert!(error.render(false).ends_with("hint: did you mean `no-slack`?\n"));
    }

    #[test]
    fn a_closed_pipe_is_success() {
        assert_eq!(Kind::ClosedPipe.exit_code(), ExitCode::SUCCESS);
        assert_eq!(Kind::Output.exit_code(), ExitCode::from(2));
    }
}

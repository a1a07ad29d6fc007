//! What the terminal can show: facts of the environment, collapsed once into a style.

use std::io::IsTerminal;

use crate::render::Style;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set; everywhere when `CLICOLOR_FORCE` is.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Columns where there is no terminal.
const DEFAULT_WIDTH: usize = 80;

/// The facts that decide what a stream gets.
#[derive(Debug, Clone, Default)]
struct Facts {
    choice: ColorChoice,
    terminal: bool,
    width: Option<usize>,
    /// What `COLUMNS` says; it counts for pipes too.
    columns: Option<usize>,
    no_color: bool,
    force: bool,
    term: String,
    locale: String,
}

impl Facts {
    fn gather(choice: ColorChoice, terminal: bool) -> Self {
        let var = |name: &str| std::env::var(name).unwrap_or_default();
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().map(var).find(|value| !value.is_empty());
        Self {
            choice,
            terminal,
            width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            columns: var("COLUMNS").parse().ok().filter(|&columns| columns > 0),
            no_color: !var("NO_COLOR").is_empty(),
            force: !matches!(var("CLICOLOR_FORCE").as_str(), "" | "0"),
            term: var("TERM"),
            locale: locale.unwrap_or_default(),
        }
    }

    fn colour(&self) -> bool {
        match self.choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => !self.no_color && (self.force || (self.terminal && self.term != "dumb")),
        }
    }

    fn style(&self) -> Style {
        let capable = self.terminal && !matches!(self.term.as_str(), "dumb" | "linux");
        // Files and pipes are UTF-8; a terminal says by its locale when it is not.
        let utf8 = self.locale.is_empty() || self.locale.to_lowercase().replace('-', "").contains("utf8");
        Style {
            width: self.width.filter(|&width| self.terminal && width > 0).or(self.columns).unwrap_or(DEFAULT_WIDTH),
            colour: self.colour(),
            links: capable && self.colour(),
            unicode: !self.terminal || (capable && utf8),
        }
    }
}

/// The style of the result: of standard output, or of the file it is written to.
pub fn style(choice: ColorChoice, to_file: bool) -> Style {
    if to_file {
        // What forces colours means pipes; a file gets them only when asked for by name.
        return Style { colour: choice == ColorChoice::Always, ..Style::default() };
    }
    Facts::gather(choice, std::io::stdout().is_terminal()).style()
}

/// Whether errors and notes on standard error are coloured.
pub fn stderr_colour(choice: ColorChoice) -> bool {
    Facts::gather(choice, std::io::stderr().is_terminal()).colour()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal() -> Facts {
        Facts { terminal: true, width: Some(120), term: "xterm".into(), ..Facts::default() }
    }

    #[test]
    fn a_pipe_gets_plain_text_of_80_columns() {
        let facts = Facts { width: Some(120), term: "xterm".into(), ..Facts::default() };
        assert_eq!(facts.style(), Style::default());
        assert_eq!(Facts { columns: Some(140), ..facts.clone() }.style().width, 140);
        assert!(Facts { force: true, ..facts.clone() }.style().colour);
        assert!(Facts { choice: ColorChoice::Always, no_color: true, ..facts }.style().colour);
    }

    #[test]
    fn a_terminal_gets_colour_unless_told_otherwise() {
        let style = terminal().style();
        assert!(style.colour && style.links && style.unicode && style.width == 120);
        assert!(!Facts { no_color: true, force: true, ..terminal() }.style().colour);
        assert!(!Facts { choice: ColorChoice::Never, ..terminal() }.style().colour);
        assert!(!Facts { term: "dumb".into(), ..terminal() }.style().colour);
    }

    #[test]
    fn only_terminals_that_say_so_get_ascii() {
        assert!(!Facts { locale: "C".into(), ..terminal() }.style().unicode);
        assert!(Facts { locale: "en_GB.UTF-8".into(), ..terminal() }.style().unicode);
        assert!(Facts { locale: "C".into(), ..Facts::default() }.style().unicode);
        assert!(!Facts { term: "linux".into(), ..terminal() }.style().unicode);
    }
}

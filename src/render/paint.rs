//! Colours for a terminal.

use super::Style;

/// Colours, where the style has them. Texts are made safe before.
#[derive(Debug, Clone, Copy)]
pub struct Paint(pub Style);

impl Paint {
    /// The text with an ANSI code, such as `1;31`.
    pub fn with(self, text: &str, code: &str) -> String {
        if self.0.colour && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// What stands out.
    pub fn bold(self, text: &str) -> String {
        self.with(text, "1")
    }

    /// What stands back.
    pub fn dim(self, text: &str) -> String {
        self.with(text, "2")
    }

    /// What is wrong.
    pub fn red(self, text: &str) -> String {
        self.with(text, "31")
    }

    /// What may go wrong.
    pub fn yellow(self, text: &str) -> String {
        self.with(text, "33")
    }

    /// What is well.
    pub fn green(self, text: &str) -> String {
        self.with(text, "32")
    }
}

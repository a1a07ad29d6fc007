//! Markdown of our own pages, readable on a terminal: headings stand out, paragraphs are wrapped, code is kept.

use super::Style;
use super::text::{sanitize, wrap};

const BOLD: &str = "1";
const DIM: &str = "2";

/// Lines of at most `style.width` columns; code is never wrapped.
pub fn render(markdown: &str, style: &Style) -> String {
    let width = style.width.clamp(40, 100);
    let mut out = String::new();
    let mut paragraph = String::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            flush(&mut out, &mut paragraph, width);
            code(&mut out, info, lines.by_ref().take_while(|line| !line.starts_with("```")), style);
        } else if let Some(title) = line.strip_prefix('#') {
            flush(&mut out, &mut paragraph, width);
            let title = sanitize(title.trim_start_matches('#').trim());
            out.push_str(&paint(&title, BOLD, style));
            out.push('\n');
        } else if line.trim().is_empty() {
            flush(&mut out, &mut paragraph, width);
            out.push('\n');
        } else {
            if is_item(line) {
                flush(&mut out, &mut paragraph, width);
            }
            paragraph.push_str(line);
            paragraph.push('\n');
        }
    }
    flush(&mut out, &mut paragraph, width);
    out
}

fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ") || line.starts_with("* ") || (number.len() < line.len() && number.starts_with(". "))
}

/// Writes a paragraph or a list item; an item's further lines hang below its text.
fn flush(out: &mut String, paragraph: &mut String, width: usize) {
    if paragraph.is_empty() {
        return;
    }
    let text = sanitize(paragraph.trim_end());
    let indent = text.len() - text.trim_start().len();
    let hang = if is_item(&text) { indent + text.trim_start().find(' ').map_or(0, |at| at + 1) } else { 0 };
    let body = wrap(&text[hang..], width.saturating_sub(hang).max(20));
    out.push_str(&text[..hang]);
    out.push_str(&body.replace('\n', &format!("\n{}", " ".repeat(hang))));
    out.push('\n');
    paragraph.clear();
}

/// An example, set in by four columns, with its verdict above it.
fn code<'a>(out: &mut String, info: &str, lines: impl Iterator<Item = &'a str>, style: &Style) {
    let verdict = match info.split_whitespace().nth(1) {
        Some("failing") => Some("# reported:"),
        Some("passing") => Some("# fine:"),
        _ => None,
    };
    if let Some(verdict) = verdict {
        out.push_str("    ");
        out.push_str(&paint(verdict, DIM, style));
        out.push('\n');
    }
    for line in lines {
        let line = format!("    {}", sanitize(line));
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

fn paint(text: &str, code: &str, style: &Style) -> String {
    if style.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# no-slack

Reports a thing that is
written over two lines.

- one item that is long enough to be wrapped at forty columns
- two

```yaml failing
kind: release # this line is longer than the width and stays as it is, whatever happens

id: x
```
";

    #[test]
    fn wraps_text_and_keeps_code() {
        let style = Style { width: 40, ..Style::default() };
        let expected = "\
no-slack

Reports a thing that is written over two
lines.

- one item that is long enough to be
  wrapped at forty columns
- two

    # reported:
    kind: release # this line is longer than the width and stays as it is, whatever happens

    id: x
";
        assert_eq!(render(PAGE, &style), expected);
    }

    #[test]
    fn headings_stand_out_in_colour_only() {
        let style = Style { colour: true, ..Style::default() };
        assert!(render("## Why", &style).contains("\u{1b}[1mWhy\u{1b}[0m"));
        assert_eq!(render("## Why", &Style::default()), "Why\n");
    }
}

//! Lines of cells under each other, and numbers as people read them.

use crate::render::paint::Paint;
use crate::render::text::{display_width, sanitize, truncate_to_width};

/// The gap between columns.
const GAP: usize = 2;
/// The first column keeps at least so many.
const FIRST: usize = 8;

/// A text with an ANSI code, which may be empty.
#[derive(Debug, Clone)]
pub struct Cell {
    text: String,
    code: &'static str,
}

impl Cell {
    /// A text as it is.
    pub fn plain(text: impl AsRef<str>) -> Self {
        Self::with(text, "")
    }

    /// A text with an ANSI code.
    pub fn with(text: impl AsRef<str>, code: &'static str) -> Self {
        Self { text: sanitize(text.as_ref()).into_owned(), code }
    }
}

/// A line: cells, or a heading across all columns.
#[derive(Debug, Clone)]
pub enum Line {
    /// One cell a column; missing ones are empty.
    Cells(Vec<Cell>),
    /// Words that belong to no column.
    Heading(String),
}

/// Lines under a head; the columns named in `right` are set to the right. Where all is too wide, the first column is cut.
pub fn render(head: &[&str], lines: &[Line], right: &[usize], paint: Paint) -> String {
    let head = Line::Cells(head.iter().map(|text| Cell::with(text, "2")).collect());
    let rows = || lines.iter().chain(std::iter::once(&head));
    let columns = rows().map(|line| if let Line::Cells(cells) = line { cells.len() } else { 0 }).max().unwrap_or(0);
    let mut widths = vec![0; columns];
    for line in rows() {
        if let Line::Cells(cells) = line {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = display_width(&cell.text).max(*width);
            }
        }
    }
    let all: usize = widths.iter().sum::<usize>() + GAP * columns.saturating_sub(1);
    if let (Some(first), true) = (widths.first_mut(), all > paint.0.width) {
        *first = first.saturating_sub(all - paint.0.width).max(FIRST);
    }
    let mut out = String::new();
    for line in std::iter::once(&head).chain(lines) {
        match line {
            Line::Heading(text) => out.push_str(&paint.bold(&sanitize(text))),
            Line::Cells(cells) => out.push_str(&row(cells, &widths, right, paint)),
        }
        out.push('\n');
    }
    out
}

fn row(cells: &[Cell], widths: &[usize], right: &[usize], paint: Paint) -> String {
    let mut out = String::new();
    // Blanks are kept back until something follows, so that no line ends in them.
    let mut blank = 0;
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let text = truncate_to_width(&cell.text, *width);
        let rest = width - display_width(&text);
        let (before, after) = if right.contains(&index) { (rest, 0) } else { (0, rest) };
        blank += before;
        if text.trim().is_empty() {
            blank += display_width(&text);
        } else {
            out.push_str(&" ".repeat(blank));
            out.push_str(&paint.with(&text, cell.code));
            blank = 0;
        }
        blank += after + GAP;
    }
    out
}

/// `62%`, or `n/a`.
pub fn percent(ratio: Option<f64>) -> String {
    ratio.map_or_else(not_known, |ratio| {
        let percent = ratio * 100.0;
        // Something is not nothing, and not quite all is not all.
        if (0.0..0.5).contains(&percent) && percent > 0.0 {
            "<1%".to_owned()
        } else if percent < 100.0 && percent > 99.5 {
            ">99%".to_owned()
        } else {
            format!("{percent:.0}%")
        }
    })
}

/// What is said of what nobody can tell.
pub fn not_known() -> String {
    "n/a".to_owned()
}

/// `12,345`, with cents below a hundred where there are some.
pub fn money(amount: f64) -> String {
    let cents = amount.abs() < 100.0 && (amount - amount.round()).abs() > 0.004;
    grouped(&if cents { format!("{amount:.2}") } else { format!("{amount:.0}") })
}

/// An amount of which a part is not known.
pub fn at_least(amount: f64, unicode: bool) -> String {
    format!("{} {}", if unicode { "≥" } else { ">=" }, money(amount))
}

/// `1,234.5`, with at most so many decimals as it has, up to one.
pub fn number(number: f64) -> String {
    let text = format!("{number:.1}");
    grouped(text.strip_suffix(".0").unwrap_or(&text))
}

/// Commas between thousands.
fn grouped(text: &str) -> String {
    let (whole, rest) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    match rest {
        Some(rest) => format!("{out}.{rest}"),
        None => out,
    }
}

/// A bar of so many columns for a share of the whole.
pub fn bar(share: f64, columns: usize, unicode: bool) -> String {
    let filled = ((share.clamp(0.0, 1.0) * columns as f64).round() as usize).max(usize::from(share > 0.0)).min(columns);
    let (full, empty) = if unicode { ("█", "░") } else { ("#", ".") };
    full.repeat(filled) + &empty.repeat(columns - filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Style;

    #[test]
    fn numbers_read_well() {
        assert_eq!(["0", "999", "1000", "-1234567.5"].map(grouped), ["0", "999", "1,000", "-1,234,567.5"]);
        assert_eq!([0.0, 0.3, 99.7, 1234.56].map(money), ["0", "0.30", "99.70", "1,235"]);
        assert_eq!([12.0, 0.25, 1500.0].map(number), ["12", "0.2", "1,500"]);
        assert_eq!(
            [None, Some(0.0), Some(0.001), Some(0.5), Some(0.999), Some(1.0)].map(percent),
            ["n/a", "0%", "<1%", "50%", ">99%", "100%"]
        );
        assert_eq!([0.0, 0.01, 0.5, 1.0].map(|share| bar(share, 4, false)), ["....", "#...", "##..", "####"]);
    }

    #[test]
    fn the_first_column_gives_way_and_lines_have_no_tail() {
        let lines =
            [Line::Cells(vec![Cell::plain("a-long-name-of-something"), Cell::plain("1")]), Line::Heading("all".into())];
        let paint = Paint(Style { width: 16, ..Style::default() });
        assert_eq!(render(&["what", "n"], &lines, &[1], paint), "what           n\na-long-name-…  1\nall\n");
        let lines = [Line::Cells(vec![Cell::plain("a"), Cell::plain("")])];
        assert_eq!(render(&["what", "n"], &lines, &[], paint), "what  n\na\n");
    }
}

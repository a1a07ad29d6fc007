//! Tables that phones stack, a row below the other: styles that do that take the meaning of rows and cells from screen
//! readers, so that each says itself what it is; and cells know the head of their column, which is out of sight there.

use std::fmt::Write;

use crate::render::text::html_escape;

/// The head of a column.
#[derive(Debug, Clone)]
pub struct Head {
    word: &'static str,
    axis: Option<String>,
}

impl Head {
    /// A column of words.
    pub const fn new(word: &'static str) -> Self {
        Self { word, axis: None }
    }

    /// A column of pictures below an axis; the word is for those who do not see it.
    pub const fn picture(word: &'static str, axis: String) -> Self {
        Self { word, axis: Some(axis) }
    }
}

/// A cell of a row, as markup.
#[derive(Debug, Clone)]
pub struct Cell {
    class: &'static str,
    is_head: bool,
    markup: String,
}

impl Cell {
    /// What the row is about.
    pub fn head(markup: impl Into<String>) -> Self {
        Self { class: "", is_head: true, markup: markup.into() }
    }

    /// Anything else.
    pub fn new(markup: impl Into<String>) -> Self {
        Self { class: "", is_head: false, markup: markup.into() }
    }

    /// A day or a time, which is not broken.
    pub fn when(markup: impl Into<String>) -> Self {
        Self { class: "when", ..Self::new(markup) }
    }

    /// A picture, below the axis of its column.
    pub fn picture(markup: impl Into<String>) -> Self {
        Self { class: "picture", ..Self::new(markup) }
    }
}

/// A table that is being written.
#[derive(Debug)]
pub struct Table<'o> {
    out: &'o mut String,
    heads: Vec<Head>,
}

impl<'o> Table<'o> {
    /// Opens a table of a class with a caption that is read out alone.
    pub fn open(out: &'o mut String, class: &str, caption: &str, heads: Vec<Head>) -> Self {
        let _ = write!(
            out,
            "<table class=\"stack {class}\" role=\"table\">\n<caption class=\"sr\">{}</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">",
            html_escape(caption)
        );
        for head in &heads {
            let _ = match &head.axis {
                None => write!(out, "<th scope=\"col\" role=\"columnheader\">{}</th>", head.word),
                Some(axis) => write!(
                    out,
                    "<th scope=\"col\" role=\"columnheader\" class=\"picture\"><span class=\"sr\">{}</span>{axis}</th>",
                    head.word
                ),
            };
        }
        out.push_str("</tr></thead>\n<tbody role=\"rowgroup\">\n");
        Self { out, heads }
    }

    /// Writes a row, with attributes of its own.
    pub fn row(&mut self, attributes: &str, cells: Vec<Cell>) {
        let space = if attributes.is_empty() { "" } else { " " };
        let _ = write!(self.out, "<tr role=\"row\"{space}{attributes}>");
        for (cell, head) in cells.into_iter().zip(&self.heads) {
            let class = if cell.class.is_empty() { String::new() } else { format!(" class=\"{}\"", cell.class) };
            let _ = if cell.is_head {
                write!(self.out, "<th scope=\"row\" role=\"rowheader\"{class}>{}</th>", cell.markup)
            } else if head.axis.is_some() || cell.markup.is_empty() {
                write!(self.out, "<td role=\"cell\"{class}>{}</td>", cell.markup)
            } else {
                write!(self.out, "<td role=\"cell\"{class} data-head=\"{}\">{}</td>", head.word, cell.markup)
            };
        }
        self.out.push_str("</tr>\n");
    }

    /// Begins a group of rows with a line of its own.
    pub fn group(&mut self, markup: &str) {
        let _ = writeln!(
            self.out,
            "</tbody>\n<tbody role=\"rowgroup\">\n<tr role=\"row\" class=\"group\"><th scope=\"rowgroup\" role=\"rowheader\" colspan=\"{}\">{markup}</th></tr>",
            self.heads.len()
        );
    }

    /// Closes the table.
    pub fn close(self) {
        self.out.push_str("</tbody>\n</table>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_cells_say_what_they_are_and_of_which_column() {
        let mut out = String::new();
        let heads =
            vec![Head::new("Release"), Head::new("Ships"), Head::new("Owner"), Head::picture("Time", "<svg/>".into())];
        let mut table = Table::open(&mut out, "releases", "Open & dated", heads);
        table.row("id=\"a\"", vec![Cell::head("a"), Cell::when("today"), Cell::new(""), Cell::picture("<svg/>")]);
        table.close();
        for part in [
            "<table class=\"stack releases\" role=\"table\">",
            ">Open &amp; dated</caption>",
            "<th scope=\"col\" role=\"columnheader\">Ships</th>",
            "<tr role=\"row\" id=\"a\"><th scope=\"row\" role=\"rowheader\">a</th><td role=\"cell\" class=\"when\" data-head=\"Ships\">today</td><td role=\"cell\"></td><td role=\"cell\" class=\"picture\"><svg/></td></tr>",
        ] {
            assert!(out.contains(part), "{part}: {out}");
        }
    }
}

//! Reports of one page: a title, sections, items with their facts, tables. A view is put into a sheet once, and each format
//! writes any sheet.
//!
//! A sheet holds plain text; the formats make it safe for where they put it.

pub mod html;
pub mod human;
pub mod markdown;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate, NaiveDateTime};

/// One page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// What it is.
    pub title: String,
    /// Facts about the whole.
    pub about: Vec<String>,
    /// What it says.
    pub sections: Vec<Section>,
    /// The one thing to say where there are no sections.
    pub nothing: String,
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its title.
    pub title: String,
    /// What it holds.
    pub body: Body,
}

/// What a section holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Things with facts about each.
    Items(Vec<Item>),
    /// Things with the same facts about each.
    Table(Table),
    /// Facts about the whole.
    Facts(Vec<Fact>),
}

/// A thing and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What is to be said.
    pub facts: Vec<Fact>,
}

/// A fact with a label, or a line of its own without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub label: &'static str,
    /// What it says.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// A table; the first column says what each row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, with a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub head: Cow<'static, str>,
    /// On a terminal without room for all columns it stands below the row.
    pub below: bool,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// How something is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// It stands back.
    Quiet,
    /// It is well.
    Good,
    /// It wants attention.
    Warn,
    /// It is wrong.
    Bad,
}

impl Fact {
    /// A fact with a label.
    pub fn new(label: &'static str, text: impl Into<String>, tone: Tone) -> Self {
        Self { label, text: text.into(), tone }
    }
}

impl Column {
    /// A column that stands in the row.
    pub const fn new(head: &'static str) -> Self {
        Self { head: Cow::Borrowed(head), below: false }
    }

    /// A column that stands below the row where there is no room.
    pub const fn below(head: &'static str) -> Self {
        Self { head: Cow::Borrowed(head), below: true }
    }

    /// A column that stands in the row, with a head that is only known when it is made.
    pub fn named(head: impl Into<String>) -> Self {
        Self { head: Cow::Owned(head.into()), below: false }
    }
}

impl Cell {
    /// A cell.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }

    /// A plain cell.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Plain)
    }
}

impl Sheet {
    /// Adds a section with items, if there are any.
    pub fn items(&mut self, title: &str, items: Vec<Item>) {
        if !items.is_empty() {
            let title = format!("{title} ({})", items.len());
            self.sections.push(Section { title, body: Body::Items(items) });
        }
    }

    /// Adds a section with a table, if it has rows. Columns that say nothing of any row are left out.
    pub fn table(&mut self, title: &str, columns: &[Column], mut rows: Vec<Vec<Cell>>) {
        if rows.is_empty() {
            return;
        }
        let says = |column: usize| rows.iter().any(|row| !row[column].text.is_empty());
        let kept: Vec<bool> = (0..columns.len()).map(|column| column == 0 || says(column)).collect();
        let keep = |column: usize| kept.get(column).copied().unwrap_or(true);
        for row in &mut rows {
            let mut column = 0..;
            row.retain(|_| column.next().is_some_and(keep));
        }
        let columns =
            columns.iter().enumerate().filter(|(column, _)| keep(*column)).map(|(_, column)| column.clone()).collect();
        let title = format!("{title} ({})", rows.len());
        self.sections.push(Section { title, body: Body::Table(Table { columns, rows }) });
    }
}

/// `Northwind Bank: ` before a title.
pub fn of(portfolio: Option<&str>) -> String {
    portfolio.map_or_else(String::new, |name| format!("{name}: "))
}

/// A day with its weekday beside today: `Tue 24 Nov`, with its year where that differs.
pub fn day(day: NaiveDate, today: NaiveDate) -> String {
    let form = if day.year() == today.year() { "%a %-d %b" } else { "%a %-d %b %Y" };
    day.format(form).to_string()
}

/// A written day or time beside today: `Sat 12 Dec 20:30`; what is neither stays as it is.
pub fn moment(written: &str, today: NaiveDate) -> String {
    let (date, rest) = written.split_at_checked(10).unwrap_or((written, ""));
    let Ok(date) = date.parse::<NaiveDate>() else { return written.to_owned() };
    format!("{}{}", day(date, today), rest.replacen('T', " ", 1))
}

/// From one written day or time to another, the day said once where it is the same.
pub fn stretch(start: &str, end: &str, today: NaiveDate) -> String {
    let time = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok();
    match (time(start), time(end)) {
        (Some(a), Some(b)) if a.date() == b.date() => format!("{} – {}", moment(start, today), b.format("%H:%M")),
        _ if start == end => moment(start, today),
        _ => format!("{} – {}", moment(start, today), moment(end, today)),
    }
}

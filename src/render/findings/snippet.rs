//! The lines a finding is about, laid out for a terminal as one virtual source that miette can read.
//!
//! Each run of lines of a file is a region of the virtual source with its own file name and line numbers. A span never crosses
//! regions, so miette draws them one below the other. Tabs are expanded, control characters replaced by pictures of the same
//! column count as laid out here, and lines cut to the width, with the spans moved along.

use std::collections::BTreeMap;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use unicode_width::UnicodeWidthChar;

use super::address;
use crate::render::Style;
use crate::render::text::{display_width, is_unsafe, sanitize, wrap};
use crate::report::check::{ExcerptLine, FindingView, Place};

/// Columns a label gets at least.
const LABEL_WIDTH: usize = 24;

/// Columns a tab advances to a multiple of.
const TAB: usize = 4;

#[derive(Debug)]
pub(super) struct Snippet {
    text: String,
    regions: Vec<Region>,
    /// By offset, as miette sorts them.
    pub(super) labels: Vec<Label>,
    /// Places without text, each in one line.
    pub(super) unseen: Vec<String>,
}

#[derive(Debug)]
struct Region {
    name: String,
    first_line: usize,
    lines: usize,
    start: usize,
    end: usize,
}

#[derive(Debug)]
pub(super) struct Label {
    pub(super) span: SourceSpan,
    pub(super) text: Option<String>,
    pub(super) primary: bool,
    line: usize,
    column: usize,
}

/// Lines of one file that touch, with the places in them.
#[derive(Default)]
struct Group<'a> {
    file: &'a str,
    lines: BTreeMap<usize, &'a ExcerptLine>,
    marks: Vec<Mark>,
}

struct Mark {
    line: usize,
    /// Columns in characters, from 1; the end is exclusive, and none for a place that goes on in the next line.
    start: usize,
    end: Option<usize>,
    texts: Vec<String>,
    primary: bool,
}

impl Snippet {
    pub(super) fn new(finding: &FindingView, style: &Style) -> Self {
        let mut groups: Vec<Group<'_>> = Vec::new();
        let mut unseen = Vec::new();
        let (related, _) = finding.shown_related();
        let places = std::iter::once((&finding.place, None))
            .chain(related.into_iter().map(|related| (&related.place, Some(related.message.as_str()))));
        for (place, message) in places {
            if place.excerpt.is_some() {
                Group::add(&mut groups, place, message);
            } else {
                let message = message.map(|message| format!(": {message}")).unwrap_or_default();
                unseen.push(sanitize(&format!("{}{message}", address(place))).into_owned());
            }
        }
        let mut snippet = Self { text: String::new(), regions: Vec::new(), labels: Vec::new(), unseen };
        for group in &mut groups {
            group.separate();
            snippet.lay_out(group, style);
        }
        snippet.labels.sort_by_key(|label| label.span.offset());
        snippet
    }

    fn lay_out(&mut self, group: &Group<'_>, style: &Style) {
        let start = self.text.len();
        let last_line = group.lines.last_key_value().map_or(0, |(&number, _)| number);
        let room = style.width.saturating_sub(last_line.to_string().len() + 4);
        for (&number, line) in &group.lines {
            let marks: Vec<_> = group.marks.iter().filter(|mark| mark.line == number).collect();
            let shown = ShownLine::new(line, &marks, room, style);
            for mark in marks {
                let (from, to) = shown.range(mark);
                let middle = shown.columns(from, to) / 2;
                let texts: Vec<_> = mark
                    .texts
                    .iter()
                    .map(|text| wrap(text, room.saturating_sub(middle + 4).max(LABEL_WIDTH)))
                    .collect();
                self.labels.push(Label {
                    span: (self.text.len() + from, to - from).into(),
                    text: (!texts.is_empty()).then(|| texts.join("\n")),
                    primary: mark.primary,
                    line: mark.line,
                    column: mark.start,
                });
            }
            self.text.push_str(&shown.text);
            self.text.push('\n');
        }
        self.regions.push(Region {
            name: sanitize(group.file).into_owned(),
            first_line: group.lines.first_key_value().map_or(1, |(&number, _)| number),
            lines: group.lines.len(),
            start,
            end: self.text.len(),
        });
    }
}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let region = self
            .regions
            .iter()
            .find(|region| region.start <= start && end <= region.end && start < region.end)
            .ok_or(MietteError::OutOfBounds)?;
        let name = region.name.clone();
        // Without context miette asks where the span is, with context for the lines to draw.
        let contents = if before + after == 0 {
            let place = self.labels.iter().find(|label| label.span == *span);
            let (line, column) = place.map_or((region.first_line, 1), |label| (label.line, label.column));
            MietteSpanContents::new_named(name, &self.text.as_bytes()[start..end], *span, line - 1, column - 1, 1)
        } else {
            let data = &self.text.as_bytes()[region.start..region.end];
            let whole = (region.start, data.len()).into();
            MietteSpanContents::new_named(name, data, whole, region.first_line - 1, 0, region.lines)
        };
        Ok(Box::new(contents))
    }
}

impl<'a> Group<'a> {
    fn add(groups: &mut Vec<Self>, place: &'a Place, message: Option<&str>) {
        let Some(excerpt) = &place.excerpt else { return };
        let last = excerpt.first_line + excerpt.lines.len();
        let mut group = Group { file: &place.file, ..Group::default() };
        let touches = |other: &Self| {
            let near = |(&first, _), (&end, _): (&usize, &&ExcerptLine)| first <= last && excerpt.first_line <= end + 1;
            let ends = other.lines.first_key_value().zip(other.lines.last_key_value());
            other.file == place.file && ends.is_some_and(|(first, end)| near(first, end))
        };
        // The merged lines stand where the first of them stood.
        let at = groups.iter().position(touches).unwrap_or(groups.len());
        for other in groups.extract_if(.., |other| touches(other)) {
            group.lines.extend(other.lines);
            group.marks.extend(other.marks);
        }
        for (number, line) in (excerpt.first_line..).zip(&excerpt.lines) {
            group.lines.entry(number).or_insert(line);
        }
        group.mark(place, message);
        groups.insert(at, group);
    }

    fn mark(&mut self, place: &Place, message: Option<&str>) {
        let end = (place.end.line == place.start.line).then_some(place.end.column);
        // Two underlines cannot begin in one place: the later one, which explains, joins the first.
        let text = message.map(|message| sanitize(message).into_owned());
        let same =
            |mark: &&mut Mark| mark.line == place.start.line && mark.start == place.start.column && mark.end == end;
        if let Some(mark) = self.marks.iter_mut().find(same) {
            mark.texts.extend(text.filter(|text| !mark.texts.contains(text)));
        } else {
            let primary = message.is_none();
            let texts = text.into_iter().collect();
            self.marks.push(Mark { line: place.start.line, start: place.start.column, end, texts, primary });
        }
    }
}

impl Group<'_> {
    /// Keeps the marks of a line apart, as miette draws overlapping ones in the wrong columns.
    fn separate(&mut self) {
        self.marks.sort_by_key(|mark| (mark.line, mark.start));
        for at in 1..self.marks.len() {
            let (before, after) = self.marks.split_at_mut(at);
            let (left, right) = (&mut before[at - 1], &after[0]);
            if left.line == right.line {
                left.end = Some(left.end.map_or(right.start, |end| end.min(right.start)));
                // A line runs down from it in any case, which must lead somewhere.
                if left.texts.is_empty() && !right.texts.is_empty() {
                    left.texts.push("here".into());
                }
            }
        }
    }
}

/// A line as it is shown, and where each character of the source went.
struct ShownLine {
    text: String,
    /// Characters of the source before the first shown one.
    skipped: usize,
    /// The offset of each shown character of the source in `text`, and of the end of the last.
    offsets: Vec<usize>,
    /// The offset after the last character that is not a space.
    trimmed: usize,
}

/// A character of the source as it is shown.
struct Cell {
    text: String,
    width: usize,
}

impl ShownLine {
    fn new(line: &ExcerptLine, marks: &[&Mark], room: usize, style: &Style) -> Self {
        let ellipsis = if style.unicode { "…" } else { "..." };
        let cells = cells(&line.text, style);
        let widths: Vec<usize> = cells
            .iter()
            .scan(0, |sum, cell| {
                let before = *sum;
                *sum += cell.width;
                Some(before)
            })
            .chain([cells.iter().map(|cell| cell.width).sum()])
            .collect();
        let column = |character: usize| widths[character.saturating_sub(line.skipped + 1).min(cells.len())];
        // Everything that is marked should be seen, and its label have room; but never at the price of where it begins.
        let wanted = marks.iter().map(|mark| {
            let (start, end) = (column(mark.start), mark.end.map_or(column(mark.start), column));
            if mark.texts.is_empty() { end + 2 } else { (end + 2).max(usize::midpoint(start, end) + 4 + LABEL_WIDTH) }
        });
        let first_mark = marks.iter().map(|mark| column(mark.start)).min().unwrap_or(0);
        let shift = wanted.max().unwrap_or(0).saturating_sub(room).min(first_mark);
        let shift = if shift > 0 { shift + ellipsis.chars().count() } else { 0 };
        let first = widths.iter().position(|&before| before >= shift.min(first_mark)).unwrap_or(0);

        let mut text = String::new();
        if first > 0 || line.skipped > 0 {
            text.push_str(ellipsis);
        }
        let lead = display_width(&text);
        let total = lead + widths[cells.len()] - widths[first] + usize::from(line.cut);
        let limit = if total > room || line.cut { room.saturating_sub(ellipsis.chars().count()) } else { room };
        let mut offsets = vec![text.len()];
        let mut used = lead;
        let mut trimmed = text.len();
        let mut complete = !line.cut;
        for cell in &cells[first..] {
            used += cell.width;
            if used > limit {
                complete = false;
                break;
            }
            text.push_str(&cell.text);
            offsets.push(text.len());
            if !cell.text.trim().is_empty() {
                trimmed = text.len();
            }
        }
        if !complete {
            text.push_str(ellipsis);
        }
        Self { text, skipped: line.skipped + first, offsets, trimmed }
    }

    /// The offsets of a place; the nearest shown ones where its ends are cut off.
    fn range(&self, mark: &Mark) -> (usize, usize) {
        let offset = |column: usize| {
            let index = column.saturating_sub(self.skipped + 1).min(self.offsets.len() - 1);
            self.offsets[index]
        };
        let start = offset(mark.start);
        let end = mark.end.map_or(self.trimmed, offset);
        (start, end.max(start))
    }

    /// The sum of the columns of two offsets.
    fn columns(&self, from: usize, to: usize) -> usize {
        display_width(&self.text[..from]) + display_width(&self.text[..to])
    }
}

fn cells(text: &str, style: &Style) -> Vec<Cell> {
    let mut column = 0;
    text.chars()
        .map(|c| {
            let shown = if c == '\t' { " ".repeat(TAB - column % TAB) } else { visible(c, style).to_string() };
            let width = shown.chars().map(|c| c.width().unwrap_or(0)).sum();
            column += width;
            Cell { text: shown, width }
        })
        .collect()
}

/// A picture of a character that must not reach the terminal, else the character.
fn visible(c: char, style: &Style) -> char {
    match c {
        c if !is_unsafe(c) => c,
        _ if !style.unicode => '?',
        c @ '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        _ => '\u{fffd}',
    }
}

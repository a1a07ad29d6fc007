use std::hash::BuildHasher;

/// A file of the source map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

/// A range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
}

impl Span {
    /// The range `start..end` of `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        Self { file, start, len: end.saturating_sub(start) }
    }

    /// The first byte after the range.
    pub const fn end(self) -> u32 {
        self.start.saturating_add(self.len)
    }

    /// Whether `other` lies within this range of the same file.
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end() <= self.end()
    }
}

/// A place as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Offset in bytes, from 0.
    pub offset: usize,
}

/// The files that were read: their paths, and the text of those that findings point into.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<File>,
}

#[derive(Debug, Clone)]
struct File {
    path: String,
    hash: u64,
    text: Option<Text>,
}

#[derive(Debug, Clone)]
struct Text {
    text: String,
    lines: Vec<usize>,
}

impl SourceMap {
    /// Adds a file by its path relative to the portfolio root; ids count up from 0.
    pub fn add(&mut self, path: impl Into<String>, hash: u64) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(File { path: path.into(), hash, text: None });
        id
    }

    /// The hash by which a text is recognised when it is read again.
    pub fn hash(bytes: &[u8]) -> u64 {
        foldhash::fast::FixedState::default().hash_one(bytes)
    }

    /// The path of a file relative to the portfolio root.
    pub fn path(&self, file: FileId) -> &str {
        self.files.get(file.0 as usize).map_or("", |file| &file.path)
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether no file was read.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Every file with its path, in id order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &str)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file.path.as_str()))
    }

    /// Whether these bytes are what was parsed.
    pub fn has_content(&self, file: FileId, bytes: &[u8]) -> bool {
        self.files.get(file.0 as usize).is_some_and(|entry| entry.hash == Self::hash(bytes))
    }

    /// Keeps the text of a file, so that places in it can be shown; refused when it changed since it was parsed.
    pub fn set_text(&mut self, file: FileId, bytes: &[u8]) -> bool {
        if !self.has_content(file, bytes) {
            return false;
        }
        let Some(entry) = self.files.get_mut(file.0 as usize) else { return false };
        // Bytes that are not UTF-8 keep their offsets: each becomes one `?`.
        let text = String::from_utf8(bytes.to_vec())
            .unwrap_or_else(|_| bytes.iter().map(|&byte| if byte.is_ascii() { byte as char } else { '?' }).collect());
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        entry.text = Some(Text { text, lines });
        true
    }

    /// Whether the text of a file is at hand.
    pub fn has_text(&self, file: FileId) -> bool {
        self.text(file).is_some()
    }

    /// The text of a file, where it was kept.
    pub fn text(&self, file: FileId) -> Option<&str> {
        self.files.get(file.0 as usize)?.text.as_ref().map(|text| text.text.as_str())
    }

    /// The position of a byte; line 1, column 1 when the text is not at hand.
    pub fn position(&self, file: FileId, offset: u32) -> Position {
        let offset = offset as usize;
        let Some(text) = self.files.get(file.0 as usize).and_then(|file| file.text.as_ref()) else {
            return Position { line: 1, column: 1, offset };
        };
        let mut at = offset.min(text.text.len());
        while !text.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = text.lines.partition_point(|&start| start <= at);
        let start = text.lines[line - 1];
        // A byte order mark is no character to a reader.
        let column = text.text[start..at].chars().filter(|&c| c != '\u{feff}').count() + 1;
        Position { line, column, offset }
    }

    /// The line of a byte, from 1, without looking for its column; 1 when the text is not at hand.
    pub fn line(&self, file: FileId, offset: u32) -> usize {
        let text = self.files.get(file.0 as usize).and_then(|file| file.text.as_ref());
        text.map_or(1, |text| text.lines.partition_point(|&start| start <= offset as usize))
    }

    /// The positions of the first byte of a span and of the byte after it.
    pub fn positions(&self, span: Span) -> (Position, Position) {
        (self.position(span.file, span.start), self.position(span.file, span.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(text: &str) -> (SourceMap, FileId) {
        let mut map = SourceMap::default();
        let id = map.add("a.yaml", SourceMap::hash(text.as_bytes()));
        assert!(map.set_text(id, text.as_bytes()));
        (map, id)
    }

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let (map, id) = map("id: a\nname: 🚀 x\n");
        let at = map.position(id, 17);
        assert_eq!((at.line, at.column, at.offset), (2, 9, 17));
        let start = map.position(id, 0);
        assert_eq!((start.line, start.column), (1, 1));
    }

    #[test]
    fn offsets_beyond_the_text_or_inside_a_character_stay_in_range() {
        let (map, id) = map("é\n");
        assert_eq!(map.position(id, 1).column, 1);
        assert_eq!(map.position(id, 999).line, 2);
    }

    #[test]
    fn a_byte_order_mark_is_not_counted() {
        let (map, id) = map("\u{feff}kind: x\n");
        assert_eq!(map.position(id, 3).column, 1);
    }

    #[test]
    fn changed_text_is_refused() {
        let mut map = SourceMap::default();
        let id = map.add("a.yaml", SourceMap::hash(b"one"));
        assert!(!map.set_text(id, b"two"));
        assert!(!map.has_text(id));
    }
}

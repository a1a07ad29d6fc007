//! Text made safe for where it is put, and measured in terminal columns.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A zero-width space as markup: it keeps a sigil from being read together with what follows.
const BREAK: &str = "&#8203;";

/// One line for a terminal: control characters (C0 with ESC, DEL, C1), bidirectional overrides and isolates, and byte order marks
/// are dropped; line ends and tabs become a space.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push(' '),
            c if is_unsafe(c) => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Whether a character could move the cursor, reorder or hide other text.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Plain text inside Markdown, also in a table cell: no markup, no raw HTML, one line; nothing mentions a person or links an
/// issue on a forge.
pub fn markdown_escape(text: &str) -> String {
    let text = sanitize(text);
    let mut out = String::with_capacity(text.len() + 8);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' => out.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '!' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        // Forges look for references after Markdown is read, so escapes do not stop them: `@name`, `#1`, `!1`, `$1`, `%1`, `~label`,
        // `&1`, `GH-1`, and addresses, which are links by themselves.
        let next = characters.peek().copied().unwrap_or(' ');
        let sigil = matches!(c, '#' | '!' | '$' | '%' | '~' | '&') && (next.is_alphanumeric() || next == '"');
        let address = c == ':' && next == '/' || c == '.' && ends_with(&out, b"www.");
        let number = c == '-' && next.is_ascii_digit() && ends_with(&out, b"gh-");
        if c == '@' || sigil || address || number {
            out.push_str(BREAK);
        }
    }
    out
}

fn ends_with(text: &str, lower: &[u8]) -> bool {
    text.len() >= lower.len() && text.as_bytes()[text.len() - lower.len()..].eq_ignore_ascii_case(lower)
}

/// A sentence inside Markdown: as [`markdown_escape`], but what stands between backticks stays code.
pub fn markdown_sentence(text: &str) -> String {
    let parts: Vec<_> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return markdown_escape(text);
    }
    parts.iter().enumerate().fold(String::new(), |mut out, (nth, part)| {
        if nth % 2 == 0 {
            out.push_str(&markdown_escape(part));
        } else if !part.is_empty() {
            let _ = write!(out, "<code>{}</code>", markdown_escape(part));
        }
        out
    })
}

/// A field of a CSV file (RFC 4180), quoted where needed. Text that a spreadsheet would run as a formula gets a leading `'`; plain
/// numbers stay numbers.
pub fn csv_field(text: &str) -> Cow<'_, str> {
    let is_kept = |c: &char| !is_unsafe(*c) || matches!(c, '\n' | '\r' | '\t');
    if !text.chars().all(|c| is_kept(&c)) {
        let plain: String = text.chars().filter(is_kept).collect();
        return Cow::Owned(csv_field(&plain).into_owned());
    }
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number(text);
    if !formula && !text.contains([',', '"', '\n', '\r']) {
        return Cow::Borrowed(text);
    }
    let prefix = if formula { "'" } else { "" };
    Cow::Owned(format!("\"{prefix}{}\"", text.replace('"', "\"\"")))
}

fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    unsigned.split_once('.').map_or_else(|| digits(unsigned), |(whole, rest)| digits(whole) && digits(rest))
}

/// Text inside HTML and XML, also in a quoted attribute; characters that neither allows become U+FFFD.
pub fn html_escape(text: &str) -> Cow<'_, str> {
    let special = |c: char| matches!(c, '&' | '<' | '>' | '"' | '\'') || !is_xml(c);
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_xml(c) => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
    Cow::Owned(out)
}

/// Whether XML 1.0 and HTML both allow a character; C1 controls are legal XML but never meant.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

/// For a label, a title or a section of a Mermaid chart: characters that end one become spaces; `-` where nothing is left.
pub fn mermaid_label(text: &str) -> String {
    let clean: String =
        sanitize(text).chars().map(|c| if matches!(c, ':' | ';' | '#' | ',' | '%') { ' ' } else { c }).collect();
    let clean = clean.trim();
    if clean.is_empty() { "-".to_owned() } else { clean.to_owned() }
}

/// Terminal columns of a line.
pub fn display_width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `width` columns, cut with `…` between whole characters as people see them.
pub fn truncate_to_width(text: &str, width: usize) -> Cow<'_, str> {
    if display_width(text) <= width {
        return Cow::Borrowed(text);
    }
    let Some(room) = width.checked_sub(1) else { return Cow::Borrowed("") };
    let mut end = 0;
    for cluster in clusters(text) {
        // The width of a text is not the sum of its parts where joiners and halves of flags meet.
        if display_width(&text[..end + cluster.len()]) > room {
            break;
        }
        end += cluster.len();
    }
    Cow::Owned(format!("{}…", &text[..end]))
}

/// The columns of the widest character as people see it; what claims more is joined wrongly.
const WIDEST: usize = 2;
/// The code points of the longest; no writing needs more.
const LONGEST: usize = 32;

/// Characters with the marks, joiners and modifiers that belong to them: as near to graphemes as widths tell.
fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let mut flag_half = is_flag_half(first);
        let mut joined = false;
        let end = rest
            .char_indices()
            .enumerate()
            .skip(1)
            .find(|&(nth, (at, c))| {
                let completes_flag = flag_half && is_flag_half(c);
                flag_half = false;
                let is_mark = c.width() == Some(0);
                let belongs = joined || completes_flag || is_mark || ('\u{1f3fb}'..='\u{1f3ff}').contains(&c);
                joined = c == '\u{200d}';
                let is_whole = || is_mark || display_width(&rest[..at + c.len_utf8()]) <= WIDEST;
                !(belongs && nth < LONGEST && is_whole())
            })
            .map_or(rest.len(), |(_, (at, _))| at);
        let (cluster, tail) = rest.split_at(end);
        rest = tail;
        Some(cluster)
    })
}

fn is_flag_half(c: char) -> bool {
    ('\u{1f1e6}'..='\u{1f1ff}').contains(&c)
}

/// `text` in lines of at most `width` columns, broken at spaces; a longer word is broken anywhere.
pub fn wrap(text: &str, width: usize) -> String {
    wrap_hanging(text, width, width)
}

/// As [`wrap`], with a first line of at most `first` columns and others of at most `rest`.
pub fn wrap_hanging(text: &str, first: usize, rest: usize) -> String {
    let mut lines =
        Lines { text: String::with_capacity(text.len() + 8), begin: 0, width: first.max(1), rest: rest.max(1) };
    for word in text.split_whitespace() {
        let is_fresh = lines.begin == lines.text.len();
        if !is_fresh && lines.fits(&format!(" {word}")) {
            lines.text.push(' ');
        } else if !is_fresh {
            lines.end();
        }
        if lines.fits(word) {
            lines.text.push_str(word);
            continue;
        }
        for cluster in clusters(word) {
            if lines.begin < lines.text.len() && !lines.fits(cluster) {
                lines.end();
            }
            lines.text.push_str(cluster);
        }
    }
    lines.text
}

/// Lines of which the last is being written.
struct Lines {
    text: String,
    /// Where the last begins.
    begin: usize,
    /// The columns it may have.
    width: usize,
    /// The columns those after it may have.
    rest: usize,
}

impl Lines {
    /// Whether there is room for more. The line is measured as a whole: where joiners and halves of flags meet, its width is
    /// not the sum of its parts.
    fn fits(&self, more: &str) -> bool {
        display_width(&format!("{}{more}", &self.text[self.begin..])) <= self.width
    }

    fn end(&mut self) {
        self.text.push('\n');
        self.begin = self.text.len();
        self.width = self.rest;
    }
}

/// A relative path as the path of a URI: everything but unreserved characters and `/` is percent-encoded.
pub fn percent_encode_path(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn terminals_get_no_escapes_and_no_second_line() {
        assert_eq!(sanitize("plain `id`"), "plain `id`");
        assert_eq!(sanitize("a\u{1b}[31mred\u{9b}0m\r\nb\tc\u{202e}d\u{2067}\u{2028}e\u{7f}"), "a[31mred0m b cd e");
    }

    #[test]
    fn labels_of_charts_end_nowhere() {
        assert_eq!(mermaid_label("a: 5%, b; #c"), "a  5   b   c");
        assert_eq!(mermaid_label(" :\n"), "-");
    }

    #[test]
    fn markdown_stays_text() {
        assert_eq!(markdown_escape("a|b\n<script>"), "a&#124;b &lt;script&gt;");
        assert_eq!(markdown_escape("ping @team"), "ping @&#8203;team");
        assert_eq!(markdown_escape("#12 GH-12 2026-03-01 60% done"), "\\#&#8203;12 GH-&#8203;12 2026-03-01 60% done");
        assert_eq!(markdown_escape("https://example.invalid www.x"), "https:&#8203;//example.invalid www.&#8203;x");
        assert_eq!(markdown_escape("[x](y) **b** _i_"), "\\[x\\](y) \\*\\*b\\*\\* \\_i\\_");
    }

    #[test]
    fn ids_in_sentences_are_code() {
        assert_eq!(markdown_sentence("`a|b` is @x"), "<code>a&#124;b</code> is @&#8203;x");
        assert_eq!(markdown_sentence("one ` alone"), "one \\` alone");
        assert_eq!(markdown_sentence("`</code><b>`"), "<code>&lt;/code&gt;&lt;b&gt;</code>");
    }

    #[test]
    fn spreadsheets_get_no_formulas_but_numbers() {
        assert_eq!(csv_field("=1+1"), "\"'=1+1\"");
        assert_eq!(csv_field("-3"), "-3");
        assert_eq!(csv_field("-3.5"), "-3.5");
        assert_eq!(csv_field("-3+cmd"), "\"'-3+cmd\"");
        assert_eq!(csv_field("a \"b\", c"), "\"a \"\"b\"\", c\"");
    }

    #[test]
    fn html_and_xml_stay_text() {
        assert_eq!(html_escape("<a href='x'>&\u{1b}\u{0}"), "&lt;a href=&#39;x&#39;&gt;&amp;\u{fffd}\u{fffd}");
        assert_eq!(html_escape("fine"), "fine");
    }

    #[test]
    fn widths_are_columns_and_cuts_keep_characters_whole() {
        assert_eq!(display_width("漢字"), 4);
        assert_eq!(truncate_to_width("漢字漢字", 5), "漢字…");
        assert_eq!(truncate_to_width("漢字漢字", 4), "漢…");
        assert_eq!(truncate_to_width("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(truncate_to_width("🇳🇱🇧🇪🇱🇺", 5), "🇳🇱🇧🇪…");
        assert_eq!(truncate_to_width("👩🏽‍🚀👩🏽‍🚀", 3), "👩🏽‍🚀…");
        assert_eq!(truncate_to_width("abc", 0), "");
        assert_eq!(truncate_to_width("abc", 3), "abc");
    }

    #[test]
    fn wraps_at_spaces_and_breaks_only_what_cannot_fit() {
        assert_eq!(wrap("one two three", 8), "one two\nthree");
        assert_eq!(wrap("a abcdefgh", 4), "a\nabcd\nefgh");
        assert_eq!(wrap("release-2026-q1 is late", 16), "release-2026-q1\nis late");
    }

    #[test]
    fn a_line_is_measured_as_a_whole() {
        let title = sanitize("🇳ו🇳🏽👩\n\nש字🚀字漢字לל🏽🇱🇳漢ל字\u{200d}🇱🇳🇱\u{200d}👩字🇱").into_owned();
        for width in 4..60 {
            assert!(wrap(&title, width).lines().all(|line| display_width(line) <= width), "{width}");
            assert!(display_width(&truncate_to_width(&title, width)) <= width, "{width}");
        }
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(percent_encode_path("a b/ü#?.yaml"), "a%20b/%C3%BC%23%3F.yaml");
        assert_eq!(percent_encode_path("c:d"), "c%3Ad");
    }

    const ESCAPE: char = '\u{1b}';

    fn parse_csv(field: &str) -> String {
        field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map_or(field.to_owned(), |inner| {
            assert!(!inner.replace("\"\"", "").contains('"'), "a lone quote in {field}");
            inner.replace("\"\"", "\"")
        })
    }

    proptest! {
        #[test]
        fn no_control_character_survives(text in any::<String>()) {
            prop_assert!(!sanitize(&text).chars().any(is_unsafe));
        }

        #[test]
        fn no_line_is_too_wide(text in "[漢字👩🏽‍🚀🇳🇱שלום a]{1,60}", first in 4usize..40, rest in 4usize..40) {
            for (nth, line) in wrap_hanging(&text, first, rest).lines().enumerate() {
                prop_assert!(display_width(line) <= if nth == 0 { first } else { rest }, "{line}");
            }
            prop_assert!(display_width(&truncate_to_width(&text, first)) <= first);
        }

        #[test]
        fn no_cell_is_left(text in any::<String>()) {
            for cell in [markdown_escape(&text), markdown_sentence(&text)] {
                prop_assert!(!cell.contains(['|', '\n', '\r', ESCAPE]));
                prop_assert!(cell.match_indices('@').all(|(at, _)| cell[at + 1..].starts_with(BREAK)));
                prop_assert!(!markdown_escape(&text).contains(['<', '>']));
            }
        }

        #[test]
        fn fields_parse_back(text in r#"[-=+@,"'a-c0-9.\t\r\n]{0,8}"#) {
            let parsed = parse_csv(&csv_field(&text));
            prop_assert!(parsed == text || parsed.strip_prefix('\'') == Some(text.as_str()));
            prop_assert!(!parsed.starts_with(['=', '+', '-', '@', '\t', '\r']) || parsed.parse::<f64>().is_ok());
        }

        #[test]
        fn cuts_fit(text in any::<String>(), width in 0_usize..20) {
            let text = sanitize(&text);
            prop_assert!(display_width(&truncate_to_width(&text, width)) <= width);
        }

        #[test]
        fn markup_has_no_way_out(text in any::<String>()) {
            prop_assert!(!html_escape(&text).contains(['<', '>', '"', '\'', ESCAPE, '\0']));
        }
    }
}

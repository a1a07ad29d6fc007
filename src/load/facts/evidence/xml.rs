//! XML reports, element by element.
//!
//! No document type is read: entities that one defines are refused, so that a report can neither name other files nor grow
//! while it is read. What XML itself demands is held: one root, every element closed.

use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::line_at;
use crate::model::facts::Fault;

/// Deeper than this no report goes that a program wrote on purpose.
const MAX_DEPTH: usize = 256;

/// Nor has an element so many attributes.
const MAX_ATTRIBUTES: usize = 256;

/// The longest text of an attribute that is kept, in characters.
const MAX_TEXT: usize = 300;

/// A report that is read from front to back.
pub(super) struct Xml<'t> {
    text: &'t str,
    reader: Reader<&'t [u8]>,
    depth: usize,
    has_root: bool,
}

/// What comes next.
pub(super) enum Step<'t> {
    /// An element begins.
    Open(Element<'t>),
    /// The innermost open element ends.
    Close,
    /// The report ends.
    End,
}

/// An element that begins.
pub(super) struct Element<'t> {
    tag: BytesStart<'t>,
    /// Where it begins, from 1.
    line: Line<'t>,
}

/// A place in a text; the line is counted only when somebody asks.
#[derive(Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    offset: usize,
}

impl Line<'_> {
    fn number(self) -> usize {
        line_at(self.text.as_bytes(), self.offset)
    }
}

impl<'t> Xml<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { text, reader, depth: 0, has_root: false }
    }

    /// The next element that begins or ends.
    pub(super) fn step(&mut self) -> Result<Step<'t>, Fault> {
        loop {
            let line = Line { text: self.text, offset: self.reader.buffer_position() as usize };
            let event = self.reader.read_event().map_err(|error| {
                let offset = self.reader.error_position() as usize;
                broken(Line { offset, ..line }, &error.to_string())
            })?;
            match event {
                Event::Start(tag) => {
                    if self.depth == 0 && self.has_root {
                        return Err(broken(line, "a second element follows the first, which holds all"));
                    }
                    self.depth += 1;
                    self.has_root = true;
                    if self.depth > MAX_DEPTH {
                        return Err(Fault::at(
                            line.number(),
                            format!("more than {MAX_DEPTH} elements inside each other"),
                        ));
                    }
                    return Ok(Step::Open(Element { tag, line }));
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Step::Close);
                }
                Event::Empty(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Text(text) if self.depth > 0 || text.trim_matches(is_blank).is_empty() => {}
                Event::CData(_) if self.depth > 0 => {}
                Event::GeneralRef(name) if self.depth > 0 => {
                    let known = name.is_char_ref() || matches!(&*name, "lt" | "gt" | "amp" | "apos" | "quot");
                    if !known {
                        return Err(entity(line));
                    }
                }
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    return Err(broken(line, "there is text outside of its elements"));
                }
                Event::Decl(declaration) => {
                    if let Some(encoding) = declaration.encoding() {
                        let encoding = encoding.map_err(|error| broken(line, &error.to_string()))?;
                        self.check_encoding(&encoding)?;
                    }
                }
                Event::DocType(definition) => {
                    if definition.to_ascii_uppercase().contains("<!ENTITY") {
                        return Err(entity(line));
                    }
                }
                Event::Eof if self.depth > 0 => return Err(broken(line, "it ends before its elements do")),
                Event::Eof if !self.has_root => return Err(Fault::new("it holds no XML")),
                Event::Eof => return Ok(Step::End),
            }
        }
    }

    /// The text is UTF-8 by now; whoever declares another encoding means other letters by the same bytes, unless they are
    /// those of ASCII.
    fn check_encoding(&self, encoding: &str) -> Result<(), Fault> {
        let name = encoding.to_ascii_lowercase();
        let same = matches!(name.as_str(), "utf-8" | "utf8");
        let wide = name.starts_with("utf-16") || name.starts_with("utf-32") || name.contains("ucs");
        if same || self.text.is_ascii() && !wide {
            return Ok(());
        }
        Err(Fault::at(1, format!("its encoding is `{}`; export it as UTF-8", shortened(encoding))))
    }
}

impl Element<'_> {
    /// Its name without a prefix.
    pub(super) fn name(&self) -> &str {
        self.tag.local_name().into_inner()
    }

    /// Where it begins, from 1.
    pub(super) fn line(&self) -> usize {
        self.line.number()
    }

    /// The attributes of these names, in their order.
    pub(super) fn attributes<const N: usize>(&self, names: [&str; N]) -> Result<[Option<String>; N], Fault> {
        let mut found = [const { None }; N];
        for (number, attribute) in self.tag.attributes().enumerate() {
            let attribute = attribute.map_err(|error| broken(self.line, &error.to_string()))?;
            if number >= MAX_ATTRIBUTES {
                return Err(Fault::at(self.line(), format!("an element has more than {MAX_ATTRIBUTES} attributes")));
            }
            if let Some(at) = names.iter().position(|name| attribute.key.as_ref() == *name) {
                found[at] = Some(self.value(&attribute)?);
            }
        }
        Ok(found)
    }

    fn value(&self, attribute: &Attribute<'_>) -> Result<String, Fault> {
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.map_err(|error| broken(self.line, &error.to_string()))?;
        Ok(shortened(&value))
    }
}

fn is_blank(c: char) -> bool {
    c.is_ascii_whitespace()
}

fn broken(line: Line<'_>, why: &str) -> Fault {
    Fault::at(line.number(), format!("the XML is broken: {}", shortened(why)))
}

fn entity(line: Line<'_>) -> Fault {
    Fault::at(line.number(), "it defines or uses entities of its own, which are not read")
}

/// What a message can hold: one line, not too long.
pub(super) fn shortened(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = text.chars().take(MAX_TEXT).map(plain).collect();
    if short.len() < text.len() && text.chars().nth(MAX_TEXT).is_some() {
        short.push('…');
    }
    short.trim().to_owned()
}

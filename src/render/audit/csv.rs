//! Who did what, for a spreadsheet.

use std::fmt::Write;

use crate::render::text::csv_field;
use crate::report::audit::Audit;

const HEADER: &str = "at,author,author_name,author_email,commit,message,action,kind,id,path,by,before,after,file\r\n";

/// A header and a line for each thing done.
pub fn render(view: &Audit) -> String {
    let mut out = HEADER.to_owned();
    for entry in &view.entries {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let author = entry.author.as_ref();
        let fields = [
            text(&entry.at),
            author.and_then(|author| author.person.clone()).unwrap_or_default(),
            author.map_or_else(String::new, |author| author.name.clone()),
            author.map_or_else(String::new, |author| author.email.clone()),
            text(&entry.commit),
            text(&entry.message),
            entry.action.to_owned(),
            entry.kind.clone(),
            entry.id.clone(),
            entry.path.clone(),
            text(&entry.by),
            text(&entry.before),
            text(&entry.after),
            entry.file.clone(),
        ];
        let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
        let _ = write!(out, "{}\r\n", fields.join(","));
    }
    out
}

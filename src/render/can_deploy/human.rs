//! Whether something may be deployed, for people at a terminal.

use std::fmt::Write;

use super::{asked, checked, headline};
use crate::render::Style;
use crate::render::findings::address;
use crate::render::paint::Paint;
use crate::render::text::{sanitize, wrap};
use crate::report::can_deploy::CanDeploy;

/// Narrower terminals get lines of this many columns.
const MIN_WIDTH: usize = 40;

/// The answer in one line, every reason with its place, then what was asked and looked at.
pub fn render(view: &CanDeploy, style: &Style) -> String {
    let paint = Paint(*style);
    let width = style.width.max(MIN_WIDTH);
    // The first line is for grep and eyes alike; it is never broken.
    let answer = sanitize(&headline(view)).into_owned();
    let (word, rest) = answer.split_once(',').unwrap_or((&answer, ""));
    let word = if view.allowed { paint.with(word, "1;32") } else { paint.with(word, "1;31") };
    let mut out = format!("{word},{rest}\n");
    for reason in &view.reasons {
        let text = wrap(&sanitize(&reason.message), width - 4).replace('\n', "\n    ");
        let place = format!("{}  {}", sanitize(&address(&reason.place)), sanitize(&reason.rule));
        let _ = writeln!(out, "\n  {} {text}", paint.red("-"));
        if let Some(until) = &reason.until {
            let _ = writeln!(out, "    until {}", paint.bold(&sanitize(&until.spoken)));
        }
        let _ = writeln!(out, "    {}", paint.dim(&place));
    }
    out.push('\n');
    for (name, text) in [("asked:  ", asked(view)), ("checked:", checked(view))] {
        let text = wrap(&sanitize(&text), width - 9).replace('\n', "\n         ");
        let _ = writeln!(out, "{} {text}", paint.dim(name));
    }
    out
}

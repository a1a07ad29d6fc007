//! Whether something may be deployed, for people at a terminal.

use super::{asked, checked, headline, sentence};
use crate::render::Style;
use crate::render::findings::address;
use crate::render::paint::Paint;
use crate::render::text::{sanitize, wrap, wrap_hanging};
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
        let place = sanitize(&address(&reason.place)).into_owned();
        let text = wrap_hanging(&sanitize(&sentence(reason)), width - 4, width - 4).replace('\n', "\n    ");
        let rule = sanitize(&reason.rule).into_owned();
        out.push_str(&format!("\n  {} {text}\n", paint.red("-")));
        out.push_str(&format!("    {}\n", paint.dim(&format!("{place}  {rule}"))));
    }
    for (name, text) in [("asked", asked(view)), ("checked", checked(view))] {
        let text = wrap(&sanitize(&text), width - 9).replace('\n', "\n         ");
        let gap = if name == "asked" { "\n" } else { "" };
        out.push_str(&format!("{gap}{}{}{text}\n", paint.dim(&format!("{name}:")), " ".repeat(8 - name.len())));
    }
    out
}

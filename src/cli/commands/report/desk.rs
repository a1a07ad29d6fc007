//! What the reports on how releases stand share: the judged portfolio, which releases, and what they are compared with.

use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::diagnostic::SourceMap;
use crate::load::attach_text;
use crate::load::facts::Wants;
use crate::report::check;
use crate::report::check::FindingView;
use crate::report::site::Material;
use crate::report::standing::{Desk, Earlier};

/// The words for how a release stands, for `--help`.
macro_rules! states {
    () => {
        "The state is the worst of these:\n  late      the forecast ends after the target, or the target is over\n  at risk   a gate is overdue, refused or stale; a finding of severity error is about it; there is less time before production than\n            its plan needs, or its last day is over; its risk (`relm report risk`) is high\n  watch     it is behind its plan; a warning is about it; a likely and grave risk is open; its risk is medium\n  on track  nothing speaks against its dates\n  done      it is released or closed (or cancelled)\nA composite stands no better than its open parts. A draft promises nothing yet: at worst it is to watch."
    };
}
pub(super) use states;

/// The findings and the texts that a desk is laid with.
pub struct Papers {
    sources: SourceMap,
    findings: Vec<FindingView>,
}

impl Papers {
    /// Judges the portfolio. People see no places, so that no file has to be read again for them.
    pub fn new(context: &mut Context<'_>, global: &Global) -> Self {
        context.learn(Wants { repositories: true, ..Wants::default() });
        let findings = context.judge(&[]).findings;
        let mut sources = std::mem::take(&mut context.loaded.sources);
        if matches!(global.format, Format::Json | Format::Csv) {
            let files: Vec<_> = sources.iter().map(|(file, _)| file).collect();
            for file in files {
                attach_text(&mut sources, &context.source, file);
            }
        }
        let findings = check::views(&findings, &sources);
        Self { sources, findings }
    }

    /// The desk of a report with this schema.
    pub fn desk<'c>(&'c self, context: &'c Context<'_>, schema: &'static str) -> Desk<'c> {
        let material = Material {
            plan: context.input(),
            occupancy: context.occupancy(),
            clock: context.clock,
            sources: &self.sources,
        };
        Desk::new(context.header(schema), material, self.findings.clone())
    }
}

/// The portfolio at another revision; none where nothing is compared.
pub fn compared<'g>(context: &Context<'g>, with: Option<&str>) -> Result<Option<Context<'g>>, Error> {
    let Some(with) = with else { return Ok(None) };
    let other = context.at_revision(with)?;
    if other.loaded.has_settings {
        return Ok(Some(other));
    }
    let message = format!("`relm.yaml` at revision `{with}` cannot be read as the settings of a portfolio");
    Err(Error::input(message).hint(format!("`relm check --at {with}` shows why")))
}

/// What reports say of it.
pub fn earlier<'c>(other: Option<&'c Context<'_>>, with: Option<&'c str>) -> Option<Earlier<'c>> {
    let (other, with) = other.zip(with)?;
    Some(Earlier {
        portfolio: &other.loaded.portfolio,
        schedule: other.schedule(),
        with,
        commit: other.source.commit(),
    })
}

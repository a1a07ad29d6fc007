//! From the selecting options to a selection.

use super::args;
use super::context::Context;
use super::error::Error;
use super::owner;
use crate::analysis::selection::{PatternError, Patterns, Selection};

impl args::Selection {
    /// What the options ask for in this portfolio; ids that do not exist are refused with the nearest that do.
    pub fn resolve(&self, context: &Context<'_>) -> Result<Selection, Error> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(Error::usage(format!("`--from {from}` is later than `--to {to}`")).hint("swap the two"));
        }
        let owners = self.owner.iter().map(|id| if id == "me" { owner::me(context) } else { Ok(vec![id.clone()]) });
        let owners: Vec<String> = owners.collect::<Result<Vec<_>, _>>()?.concat();
        let label = |(key, value): &(String, String)| Ok((key.clone(), patterns(std::slice::from_ref(value))?));
        let selection = Selection {
            releases: patterns(&self.release)?,
            projects: patterns(&self.project)?,
            environments: patterns(&self.env)?,
            teams: patterns(&self.team)?,
            types: patterns(&self.kind)?,
            stages: patterns(&self.stage)?,
            labels: self.label.iter().map(label).collect::<Result<_, Error>>()?,
            owners: patterns(&owners)?,
            from: self.from,
            to: self.to,
        };
        let Some(unknown) = selection.unknown(&context.loaded.portfolio) else { return Ok(selection) };
        let error = Error::usage(format!("no {} `{}`", unknown.what, unknown.name));
        Err(match unknown.hint {
            Some(hint) => error.hint(hint),
            None => error,
        })
    }
}

fn patterns(written: &[String]) -> Result<Patterns, Error> {
    Patterns::new(written).map_err(|PatternError { pattern, why }| {
        Error::usage(format!("`{pattern}` is not a pattern: {why}"))
            .hint("`*` stands for anything, `?` for one character")
    })
}

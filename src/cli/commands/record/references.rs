//! Whether what a record names is there.

use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::model::scalar::is_id;
use crate::model::{Identified, Portfolio, Table};

/// An id that may be given to a record.
pub fn own(id: &str) -> Result<(), Error> {
    if is_id(id) {
        return Ok(());
    }
    let error = Error::usage(format!("`{id}` is not an id"));
    Err(error.hint("an id begins with a letter or digit and goes on with letters, digits, `.`, `_`, `-`"))
}

pub fn project(context: &Context<'_>, id: &str) -> Result<(), Error> {
    known(context, &context.loaded.portfolio.projects, id, "`kind: project` declares them")
}

pub fn environment(context: &Context<'_>, id: &str) -> Result<(), Error> {
    known(context, &context.loaded.portfolio.environments, id, "`relm env list` lists them")
}

pub fn release(context: &Context<'_>, id: &str) -> Result<(), Error> {
    known(context, &context.loaded.portfolio.releases, id, "`relm plan` lists them")
}

/// A deployment or a release.
pub fn cause(context: &Context<'_>, id: &str) -> Result<(), Error> {
    let portfolio: &Portfolio = &context.loaded.portfolio;
    let deployments = || portfolio.deployments.iter().filter_map(|entry| entry.id.as_deref());
    if portfolio.releases.contains(id) || portfolio.damage.lost(id) || deployments().any(|known| known == id) {
        return Ok(());
    }
    let known = deployments().chain(portfolio.releases.iter().map(|release| &*release.id));
    Err(Error::unknown("deployment or release", id, known, "record the deployment first"))
}

/// What stands in a manifest that cannot be read counts as known.
fn known<T: Identified>(context: &Context<'_>, table: &Table<T>, id: &str, otherwise: &str) -> Result<(), Error> {
    if table.contains(id) || context.loaded.portfolio.damage.lost(id) {
        return Ok(());
    }
    Err(Error::unknown(T::KIND.as_str(), id, table.iter().map(|item| &**item.id()), otherwise))
}

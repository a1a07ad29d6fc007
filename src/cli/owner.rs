//! Who "me" is.

use super::context::Context;
use super::error::Error;
use crate::git::Repo;

/// The ids that `--owner me` stands for: the person of the git identity, and that person's team.
pub fn me(context: &Context<'_>) -> Result<Vec<String>, Error> {
    let identity = Repo::discover(context.source.root())?.and_then(|repo| repo.identity());
    let Some((_, email)) = identity else {
        let error = Error::usage("`me` is the person of the git identity, and there is none here");
        return Err(error.hint("set `git config user.email`, or write `--owner ID`"));
    };
    let people = &context.loaded.portfolio.settings.people;
    let person = people.iter().find(|person| person.emails.iter().any(|known| known.eq_ignore_ascii_case(&email)));
    let Some(person) = person else {
        let error = Error::usage(format!("no person in `relm.yaml` has the e-mail address `{email}`"));
        return Err(error.hint("add it to `emails:` of that person, or write `--owner ID`"));
    };
    Ok(std::iter::once(&person.id).chain(&person.team).map(ToString::to_string).collect())
}

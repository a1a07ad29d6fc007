//! Who "me" is: the person of the git identity.

use super::context::Context;
use super::error::Error;
use crate::git::Repo;
use crate::model::portfolio::Person;

/// Whom git would name as the author of the next commit.
#[derive(Debug, Clone, PartialEq)]
pub enum Me<'p> {
    /// The portfolio is in no repository.
    OutsideGit,
    /// There is a repository, and git has not been told who works in it.
    Unnamed,
    /// The people with the e-mail address of the git identity; nobody, or by mistake several.
    Known {
        /// The address.
        email: String,
        /// Those who have it, in the order of `relm.yaml`.
        people: Vec<&'p Person>,
    },
}

impl<'p> Me<'p> {
    /// Finds out.
    pub fn of(context: &'p Context<'_>) -> Result<Self, Error> {
        let Some(repo) = Repo::discover(context.source.root())? else { return Ok(Self::OutsideGit) };
        let Some(identity) = repo.identity() else { return Ok(Self::Unnamed) };
        let has =
            |person: &&Person| person.emails.iter().any(|known| known.trim().eq_ignore_ascii_case(&identity.email));
        let people = context.loaded.portfolio.settings.people.iter().filter(has).collect();
        Ok(Self::Known { email: identity.email, people })
    }
}

/// The ids that `--owner me` stands for: the person of the git identity, and that person's team.
pub fn me(context: &Context<'_>) -> Result<Vec<String>, Error> {
    let Me::Known { email, people } = Me::of(context)? else {
        let error = Error::usage("`me` is the person of the git identity, and there is none here");
        return Err(error.hint("set `git config user.email`, or write `--owner ID`"));
    };
    let Some(person) = people.first() else {
        let error = Error::usage(format!("no person in `relm.yaml` has the e-mail address `{email}`"));
        return Err(error.hint("add it to `emails:` of that person, or write `--owner ID`"));
    };
    Ok(std::iter::once(&person.id).chain(&person.team).map(ToString::to_string).collect())
}

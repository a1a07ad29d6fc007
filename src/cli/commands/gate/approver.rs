//! Who decides, and in which role.

use crate::analysis::gates::{Judged, Policy};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::owner::Me;
use crate::model::portfolio::{Person, Provenance};
use crate::model::{Id, Portfolio};

/// The person who decides: the one of the git identity. `--as` may name that person, and nobody else; alone it is enough
/// only where nothing is to be proven and git cannot tell.
pub fn person<'p>(context: &'p Context<'_>, named: Option<&str>) -> Result<&'p Person, Error> {
    let portfolio = &context.loaded.portfolio;
    let named = named.map(|id| known(portfolio, id)).transpose()?;
    let anybody_has_an_address = portfolio.settings.people.iter().any(|person| !person.emails.is_empty());
    match Me::of(context)? {
        Me::OutsideGit => unprovable(portfolio, named, "the portfolio is in no git repository"),
        Me::Known { .. } | Me::Unnamed if !anybody_has_an_address => {
            unprovable(portfolio, named, "nobody in `relm.yaml` has an e-mail address")
        }
        Me::Unnamed => {
            let error = Error::usage("git has not been told who you are, so nobody can tell who decides");
            Err(error.hint(set_address(named)))
        }
        Me::Known { email, people } => match people[..] {
            [me] if named.is_none_or(|named| named.id == me.id) => Ok(me),
            [me] => {
                let named = named.map_or("somebody else", |named| &*named.id);
                let error = Error::usage(format!("git says that you are `{}` (`{email}`), not `{named}`", me.id));
                let error = error.hint("leave `--as` out; each decides with their own identity");
                Err(error.hint(set_address(known(portfolio, named).ok())))
            }
            [] => {
                let error =
                    Error::usage(format!("nobody in `relm.yaml` has the address of your git identity, `{email}`"));
                Err(error.hint(set_address(named)).hint("or add it to the `emails:` of a person"))
            }
            _ => {
                let ids: Vec<_> = people.iter().map(|person| format!("`{}`", person.id)).collect();
                let message = format!(
                    "the address of your git identity, `{email}`, is that of {}, so it is nobody's",
                    ids.join(" and ")
                );
                Err(Error::usage(message).hint("give each person addresses of their own in `relm.yaml`"))
            }
        },
    }
}

fn known<'p>(portfolio: &'p Portfolio, id: &str) -> Result<&'p Person, Error> {
    portfolio.person(id).ok_or_else(|| {
        let people = portfolio.settings.people.iter().map(|person| &*person.id);
        Error::unknown("person", id, people, "`people:` of `relm.yaml` lists them")
    })
}

/// How to tell git who one is.
fn set_address(person: Option<&Person>) -> String {
    let address = person.and_then(|person| person.emails.first()).map_or("ADDRESS", |email| email.trim());
    format!("they run this in their own clone, where `git config user.email` says {address}")
}

/// Where git cannot tell who somebody is, their word counts only if nothing is to be proven.
fn unprovable<'p>(portfolio: &Portfolio, named: Option<&'p Person>, why: &str) -> Result<&'p Person, Error> {
    let provenance = Policy::of(portfolio).provenance;
    if provenance != Provenance::None {
        let word = provenance.as_str();
        let message =
            format!("{why}, so it could never be proven who decided, as `approvals.provenance: {word}` demands");
        return Err(
            Error::usage(message).hint("decide in a git repository, with an address that `relm.yaml` lists for you")
        );
    }
    named.ok_or_else(|| Error::usage(format!("{why}, so nobody can tell who decides")).hint("say it: `--as PERSON`"))
}

/// The role a person decides in: the one that is asked for, else the only one they hold of those that the gate requires.
pub fn role<'g>(
    portfolio: &Portfolio,
    gate: &Judged<'g>,
    person: &Person,
    asked: Option<&str>,
) -> Result<&'g Id, Error> {
    let required: Vec<&'g Id> = gate.required.iter().map(|required| required.role).collect();
    if required.is_empty() {
        let error = Error::usage(format!("nobody's approval is required by `{}`", gate.id));
        return Err(error.hint("`requires:` of the gate, or of its template in `relm.yaml`, says whose is"));
    }
    let held: Vec<&'g Id> = required.iter().copied().filter(|role| person.roles.contains(role)).collect();
    let Some(asked) = asked else {
        return match held[..] {
            [only] => Ok(only),
            [] => {
                let which = if required.len() == 1 { "does not hold the role" } else { "holds none of the roles" };
                let roles = listed(required.iter());
                let message = format!("`{}` {which} that `{}` requires: {roles}", person.id, gate.id);
                Err(with_holders(Error::usage(message), portfolio, &required, person))
            }
            _ => {
                let message = format!("`{}` holds several roles that are required by `{}`", person.id, gate.id);
                let options: Vec<_> = held.iter().map(|role| format!("`--role {role}`")).collect();
                Err(Error::usage(message).hint(format!("say in which: {}", options.join(" or "))))
            }
        };
    };
    let Some(role) = required.iter().copied().find(|role| **role == *asked) else {
        let roles = listed(required.iter());
        let message = format!("`{}` does not require the role `{asked}`, but {roles}", gate.id);
        let error = Error::usage(message);
        return Err(match held.first() {
            Some(held) => error.hint(format!("`{}` holds `{held}`: leave `--role` out, or name it", person.id)),
            None => error,
        });
    };
    if !held.contains(&role) {
        let error = Error::usage(format!("`{}` does not hold the role `{role}`", person.id));
        return Err(with_holders(error, portfolio, &[role], person));
    }
    Ok(role)
}

/// Says who could decide instead.
pub fn with_holders(error: Error, portfolio: &Portfolio, roles: &[&Id], but: &Person) -> Error {
    let holds = |person: &&Person| person.id != but.id && roles.iter().any(|role| person.roles.contains(role));
    let holders: Vec<&Id> = portfolio.settings.people.iter().filter(holds).map(|person| &person.id).collect();
    let roles = roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(" or ");
    match holders[..] {
        [] => error.hint(format!("nobody else holds {roles}; `people:` of `relm.yaml` says who does")),
        _ => error.hint(format!("{roles} is held by {}", listed(holders.iter()))),
    }
}

fn listed<'i>(ids: impl Iterator<Item = &'i &'i Id>) -> String {
    ids.map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

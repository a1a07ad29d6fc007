//! `relm env book`.

use clap::{ArgGroup, Parser};

use super::super::{Command, Status};
use super::free::{Use, when};
use super::objections::objections;
use crate::analysis::availability::{self, Request};
use crate::cli::args::{Format, Global};
use crate::cli::context::Context;
use crate::cli::error::Error;
use crate::cli::owner;
use crate::cli::write::{self, Draft};
use crate::diagnostic::Finding;
use crate::edit::{DiffLine, Document, Edit, Value};
use crate::model::release::Status as ReleaseStatus;
use crate::model::scalar::is_id;
use crate::model::{Id, Kind};
use crate::render::{env::book as render, json};
use crate::report::check;
use crate::report::env::book::{self, Book as View};
use crate::report::env::free::{LeftOut, SlotView};
use crate::report::env::{Moment, Source as Place};
use crate::time::duration::Duration;
use crate::time::{Interval, When, plus_days};

/// The longest id that is made of a purpose.
const LONGEST_SLUG: usize = 40;

/// Book an environment: write it into its manifest, unless that makes a conflict
#[derive(Debug, Parser)]
#[command(
    name = "book",
    group = ArgGroup::new("what").required(true).multiple(true).args(["release", "purpose"]),
    after_help = "Examples:\n  relm env book uat-2 --from 2026-11-23 --to 2026-11-27 --release cards-2027.1\n  relm env book perf --from 2026-12-07 --to 2026-12-09 --purpose 'Load test' --exclusive --owner qa\n  relm env book sit-1 --from 2026-11-21T18:00 --to 2026-11-21T22:00 --purpose Drill --dry-run\n\nThe booking becomes the last of the environment's `bookings:`; comments and layout stay. Before that, the portfolio is checked with it: what a check would newly report, as error or warning, is shown with the next free time, and nothing is written unless `--force` is given.\n\nExit code: 0 when it was written (or would be, with --dry-run), 2 when it was refused or cannot be written."
)]
pub struct Book {
    /// The environment
    #[arg(value_name = "ENV")]
    environment: String,

    /// First day, or the time it begins, in the zone of the environment
    #[arg(long, value_name = "DATE", value_parser = when)]
    from: When,

    /// Last day, or the time it ends
    #[arg(long, value_name = "DATE", value_parser = when)]
    to: When,

    /// The release it is for
    #[arg(long, value_name = "ID")]
    release: Option<String>,

    /// What it is for
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,

    /// The id of the booking; by default made of the release or the purpose
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// Units of the capacity
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    units: u32,

    /// Nobody else may be there meanwhile
    #[arg(long)]
    exclusive: bool,

    /// What it does: `code` (installs a version), `configuration` or `regression` (changes nothing)
    #[arg(long = "use", value_name = "USE", default_value = "code", hide_possible_values = true)]
    r#use: Use,

    /// Who answers for it: a person or a team; `me` is the person of the git identity
    #[arg(long, value_name = "me|ID")]
    owner: Option<String>,

    /// Write it in spite of what is found
    #[arg(long)]
    force: bool,

    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// What is asked for, as far as it can be told without writing.
struct Wanted {
    /// The environment, by index.
    environment: usize,
    /// The release, by index.
    release: Option<usize>,
    id: String,
    owner: Option<String>,
    time: Interval<chrono::DateTime<chrono::Utc>>,
}

impl Command for Book {
    const FORMATS: &'static [Format] = &[Format::Human, Format::Json];

    fn run(self, global: &Global) -> Result<Status, Error> {
        let (mut context, lock) = write::open(global, "env book", self.dry_run)?;
        context.note_findings();
        let wanted = self.wanted(&mut context)?;
        let manifest = &context.loaded.portfolio.environments[wanted.environment];
        let file = context.loaded.sources.path(manifest.id.span.file).to_owned();
        let draft = self.draft(&context, &wanted, &file)?;
        let mut changed = draft.preview(&context)?;
        let findings = objections(&context, &changed, &self.environment);
        changed.attach_texts(&findings);
        let view = self.view(&context, &mut changed, &wanted, &findings, &draft);
        let written = !view.refused && !self.dry_run;
        if written {
            draft.write(&context)?;
        }
        drop(lock);
        let view = View { written, ..view };
        global.write(&match global.format {
            Format::Json => json::render(&view),
            _ => render::human(&view, &global.style()),
        })?;
        if view.refused {
            let error = Error::usage(format!("`{}` was not booked; nothing was written", view.environment));
            return Err(error.hint("`--force` writes it all the same"));
        }
        Ok(Status::Done)
    }
}

impl Book {
    fn wanted(&self, context: &mut Context<'_>) -> Result<Wanted, Error> {
        let owner = match self.owner.as_deref() {
            Some("me") => owner::me(context)?.into_iter().next(),
            other => other.map(str::to_owned),
        };
        let portfolio = &context.loaded.portfolio;
        let unreadable = |what: &str, id: &str| {
            let error = Error::usage(format!("the manifest of the {what} `{id}` cannot be read"));
            error.hint("`relm check` says why")
        };
        let Some(environment) = portfolio.environments.index(&self.environment) else {
            if portfolio.damage.lost(&self.environment) {
                return Err(unreadable("environment", &self.environment));
            }
            let known = portfolio.environments.iter().map(|environment| &*environment.id);
            return Err(Error::unknown("environment", &self.environment, known, "`relm env list` lists them"));
        };
        let release = match self.release.as_deref().map(|id| (id, portfolio.releases.index(id))) {
            None => None,
            Some((id, Some(release))) => {
                if portfolio.releases[release].status() == ReleaseStatus::Cancelled {
                    let error = Error::usage(format!("`{id}` is cancelled, so it books nothing"));
                    return Err(error.hint("book it for a `--purpose`, or for another release"));
                }
                Some(release)
            }
            Some((id, None)) if portfolio.damage.lost(id) => return Err(unreadable("release", id)),
            Some((id, None)) => {
                let known = portfolio.releases.iter().map(|release| &*release.id);
                return Err(Error::unknown("release", id, known, "`relm plan` lists them"));
            }
        };
        if self.purpose.as_deref().is_some_and(|purpose| purpose.trim().is_empty()) {
            return Err(Error::usage("the purpose is blank").hint("say in a few words what it is for"));
        }
        if let Some(owner) =
            owner.as_deref().filter(|id| portfolio.person(id).is_none() && portfolio.team(id).is_none())
        {
            let people = portfolio.settings.people.iter().map(|person| &*person.id);
            let known = people.chain(portfolio.settings.teams.iter().map(|team| &*team.id));
            return Err(Error::unknown(
                "person or team",
                owner,
                known,
                "`people:` and `teams:` of `relm.yaml` list them",
            ));
        }
        let zone = portfolio.zone_of(&portfolio.environments[environment]);
        let (start, end) = (self.from.instant(zone), self.to.end_instant(zone));
        let Some(time) = Interval::new(start, end) else {
            let error = Error::usage(format!("nothing lies between `--from {}` and `--to {}`", self.from, self.to));
            return Err(if self.to.date() < self.from.date() {
                error.hint("swap the two")
            } else {
                error.hint("a booking ends later than it begins; a day alone is named as both")
            });
        };
        let id = self.booking_id(context, environment)?;
        if time.end <= context.clock.now {
            context.global.note("warning", &format!("{} is past: this books what is over", self.to));
        }
        Ok(Wanted { environment, release, id, owner, time })
    }

    /// The id as told, else made of the release or the purpose, and not yet used in the environment.
    fn booking_id(&self, context: &mut Context<'_>, environment: usize) -> Result<String, Error> {
        let taken: Vec<(String, Id)> = context.loaded.portfolio.environments[environment]
            .bookings
            .iter()
            .map(|booking| (booking.id.to_lowercase(), booking.id.clone()))
            .collect();
        let find = |id: &str| taken.iter().find(|(lower, _)| *lower == id.to_lowercase()).map(|(_, id)| id);
        let Some(id) = &self.id else {
            let base = match (&self.release, &self.purpose) {
                (Some(release), _) => release.clone(),
                (None, Some(purpose)) => slug(purpose),
                (None, None) => "booking".to_owned(),
            };
            let numbered = (2..).map(|number| format!("{base}-{number}"));
            let mut candidates = std::iter::once(base.clone()).chain(numbered);
            return Ok(candidates.find(|id| find(id).is_none()).unwrap_or(base));
        };
        if !is_id(id) {
            let error = Error::usage(format!("`{id}` is not an id"));
            return Err(
                error.hint("an id begins with a letter or digit and goes on with letters, digits, `.`, `_`, `-`")
            );
        }
        let Some(span) = find(id).map(|id| id.span) else { return Ok(id.clone()) };
        context.loaded.attach_text(&context.source, span.file);
        let sources = &context.loaded.sources;
        let place = format!("{}:{}", sources.path(span.file), sources.position(span.file, span.start).line);
        let error = Error::usage(format!("`{}` has a booking `{id}` already, in {place}", self.environment));
        Err(error.hint("choose another id; case alone makes no difference"))
    }

    /// The manifest with the booking in it.
    fn draft(&self, context: &Context<'_>, wanted: &Wanted, file: &str) -> Result<Draft, Error> {
        let mut draft = Draft::of(context, file)?;
        let mut fields: Vec<(&str, Value)> = vec![
            ("id", wanted.id.clone().into()),
            ("from", self.from.to_string().into()),
            ("to", self.to.to_string().into()),
        ];
        fields.extend((self.units != 1).then(|| ("units", self.units.to_string().into())));
        fields.extend(self.exclusive.then(|| ("exclusive", true.into())));
        let does = crate::model::environment::Use::from(self.r#use);
        fields.extend((self.r#use != Use::Code).then(|| ("use", does.as_str().into())));
        fields.extend(self.release.clone().map(|release| ("release", release.into())));
        fields.extend(self.purpose.as_deref().map(|purpose| ("purpose", purpose.trim().into())));
        fields.extend(wanted.owner.clone().map(|owner| ("owner", owner.into())));
        let document = Document::named(Kind::Environment, self.environment.as_str());
        draft.edit(&Edit::append(document, ["bookings"], Value::mapping(fields)))?;
        Ok(draft)
    }

    fn view(
        &self,
        context: &Context<'_>,
        changed: &mut Context<'_>,
        wanted: &Wanted,
        findings: &[Finding],
        draft: &Draft,
    ) -> View {
        let written = changed.loaded.portfolio.environments.get(&self.environment);
        let span = written.and_then(|environment| environment.bookings.last()).map(|booking| booking.id.span);
        if let Some(span) = span {
            changed.loaded.attach_text(&changed.source, span.file);
        }
        let sources = &changed.loaded.sources;
        let zone = context.loaded.portfolio.zone_of(&context.loaded.portfolio.environments[wanted.environment]);
        let next = if findings.is_empty() { Ok(None) } else { self.next_free(context, wanted) };
        View {
            header: context.header(book::SCHEMA),
            written: false,
            refused: !findings.is_empty() && !self.force,
            dry_run: self.dry_run,
            environment: self.environment.clone(),
            booking: wanted.id.clone(),
            release: self.release.clone(),
            purpose: self.purpose.as_deref().map(|purpose| purpose.trim().to_owned()),
            owner: wanted.owner.clone(),
            from: Moment::new(wanted.time.start, zone),
            to: Moment::new(wanted.time.end, zone),
            time_zone: zone.name(),
            units: self.units,
            exclusive: self.exclusive,
            r#use: crate::model::environment::Use::from(self.r#use).as_str(),
            source: span.map(|span| Place {
                file: sources.path(span.file).to_owned(),
                line: sources.has_text(span.file).then(|| sources.position(span.file, span.start).line),
            }),
            lines: new_lines(draft),
            next_free: next.clone().ok().flatten(),
            never_free: next.err(),
            findings: check::views(findings, sources),
        }
    }

    /// The next time as long as this, from its start or from now; none when that is its start, for rules may object to more
    /// than makes an environment unfree. Else why there is no such time.
    fn next_free(&self, context: &Context<'_>, wanted: &Wanted) -> Result<Option<SlotView>, String> {
        let portfolio = &context.loaded.portfolio;
        let release = wanted.release.map(|release| &portfolio.releases[release]);
        let request = Request {
            length: self.length(context, wanted),
            units: self.units,
            exclusive: self.exclusive,
            r#use: self.r#use.into(),
            projects: release.iter().flat_map(|release| &release.scope).map(|item| &item.project).collect(),
            from: wanted.time.start.max(context.clock.now),
            before: None,
        };
        let input = super::input(context);
        let Some(slot) = availability::next_free(portfolio, context.occupancy(), wanted.environment, &request) else {
            return Err(LeftOut::new(&input, wanted.environment, &request).message);
        };
        if slot.time.start == wanted.time.start {
            return Ok(None);
        }
        let mut view = SlotView::new(&input, &slot, &request);
        let purpose = self.purpose.as_deref().map(|purpose| format!("'{}'", purpose.trim().replace('\'', "'\\''")));
        view.book.extend(self.release.as_deref().map(|release| format!(" --release {release}")));
        view.book.extend(purpose.map(|purpose| format!(" --purpose {purpose}")));
        view.book.extend(self.id.as_deref().map(|id| format!(" --id {id}")));
        view.book.extend(wanted.owner.as_deref().map(|owner| format!(" --owner {owner}")));
        Ok(Some(view))
    }

    /// How long it is: working days where it begins and ends on one.
    fn length(&self, context: &Context<'_>, wanted: &Wanted) -> Duration {
        let calendar = context.loaded.portfolio.calendars.default_calendar();
        match (self.from, self.to) {
            (When::Date(from), When::Date(to)) if calendar.is_working(from) && calendar.is_working(to) => {
                Duration::Working { weeks: 0, days: calendar.working_days(from, plus_days(to, 1)) }
            }
            (When::Date(from), When::Date(to)) => Duration::Elapsed { days: (to - from).num_days() + 1 },
            _ => Duration::Clock { minutes: (wanted.time.end - wanted.time.start).num_minutes().max(1) },
        }
    }
}

/// An id made of a text.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    if out.len() > LONGEST_SLUG {
        let cut = out[..=LONGEST_SLUG].rfind('-').filter(|at| *at > 0).unwrap_or(LONGEST_SLUG);
        out.truncate(cut);
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() { "booking".to_owned() } else { out.to_owned() }
}

/// The lines that are new or changed.
fn new_lines(draft: &Draft) -> Vec<String> {
    let added = |line: DiffLine<'_>| match line {
        DiffLine::Added(_, text) => Some(text.to_owned()),
        DiffLine::Removed(..) => None,
    };
    draft.diff().into_iter().filter_map(added).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_made_of_purposes() {
        assert_eq!(slug("Load test, part 2 (cards)"), "load-test-part-2-cards");
        assert_eq!(slug("  §§ "), "booking");
        assert_eq!(slug("Ünïcode"), "n-code");
        assert_eq!(slug("one two three four five six seven eight nine"), "one-two-three-four-five-six-seven-eight");
        assert_eq!(slug(&"x".repeat(90)).len(), LONGEST_SLUG);
    }
}

//! Where two versions of one project are installed in one environment at once.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Booking;
use super::conflicts::{Run, contenders, runs, settled};
use super::sweep::Sweep;
use crate::analysis::windows::Stretch;
use crate::model::environment::Use;
use crate::model::{Id, Portfolio, Text, version};

/// A stretch of time without a gap in which releases install different versions of one project.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionCollision<'p> {
    /// The environment, by index.
    pub environment: usize,
    /// The project, as one of the releases names it.
    pub project: &'p Id,
    /// From the first to the last instant.
    pub time: Stretch,
    /// One booking of each release that takes part, by place among those of the environment, in order.
    pub bookings: Vec<usize>,
    /// Two of them with different versions, who yields first.
    pub cause: [usize; 2],
    /// Their versions.
    pub versions: [&'p Text; 2],
    /// Whether it would not be without drafts.
    pub tentative: bool,
}

/// The collisions of one environment from an instant on. Setting up installs nothing, projects that the environment does not
/// host are not installed, and a composite does not collide with its own parts.
pub fn collisions<'p>(
    portfolio: &'p Portfolio,
    environment: usize,
    bookings: &[Booking],
    from: DateTime<Utc>,
) -> Vec<VersionCollision<'p>> {
    let place = &portfolio.environments[environment];
    let mut by_project: HashMap<&'p str, Vec<(usize, &'p Id, &'p Text)>> = HashMap::new();
    for (index, booking) in bookings.iter().enumerate() {
        let Some(release) = booking.release.filter(|_| booking.r#use == Use::Code && booking.time.end > from) else {
            continue;
        };
        for item in &portfolio.releases[release].scope {
            if let Some(version) = &item.version
                && place.hosts(&item.project)
            {
                by_project.entry(&item.project).or_default().push((index, &item.project, version));
            }
        }
    }
    let differ =
        |list: &[(usize, &Id, &Text)]| list.iter().any(|(_, _, other)| version::compare(other, list[0].2).is_ne());
    let mut projects: Vec<_> = by_project.into_values().filter(|list| differ(list)).collect();
    projects.sort_unstable_by_key(|list| list[0].1);
    projects.iter().flat_map(|list| of_project(portfolio, environment, bookings, list, from)).collect()
}

fn of_project<'p>(
    portfolio: &'p Portfolio,
    environment: usize,
    bookings: &[Booking],
    list: &[(usize, &'p Id, &'p Text)],
    from: DateTime<Utc>,
) -> Vec<VersionCollision<'p>> {
    let mut versions: Vec<&Text> = list.iter().map(|(_, _, version)| *version).collect();
    versions.sort_by(|a, b| version::compare(a, b));
    versions.dedup_by(|a, b| version::compare(a, b).is_eq());
    let kind = |version: &Text| versions.partition_point(|other| version::compare(other, version).is_lt());
    let installing = |&(index, ..): &(usize, &Id, &Text)| {
        let booking = bookings[index];
        Booking { held_from: booking.time.start, units: 1, exclusive: false, ..booking }
    };
    let installs: Vec<Booking> = list.iter().map(installing).collect();
    let kinds: Vec<usize> = list.iter().map(|(_, _, version)| kind(version)).collect();
    let by_release: HashMap<usize, usize> =
        installs.iter().zip(&kinds).filter_map(|(booking, kind)| Some((booking.release?, *kind))).collect();
    let of = |release: usize| by_release.get(&release).copied().unwrap_or_default();
    let sweep = |wanted| Sweep::of_kinds(portfolio, &installs, wanted, of);
    let found = settled(&installs, from, |wanted| runs(sweep(wanted), |_, kinds| (kinds > 1).then_some(kinds)));
    let contenders = contenders(portfolio, &installs, &found, from, sweep, |_| false);
    let explained = |(run, contenders): (Run<usize>, Vec<usize>)| {
        let &yielding = contenders.last()?;
        let other = contenders.iter().find(|&&other| kinds[other] != kinds[yielding])?;
        Some(VersionCollision {
            environment,
            project: list[yielding].1,
            time: run.time,
            bookings: run.takers.iter().map(|&place| list[place].0).collect(),
            cause: [yielding, *other].map(|place| list[place].0),
            versions: [yielding, *other].map(|place| list[place].2),
            tentative: run.tentative,
        })
    };
    found.into_iter().zip(contenders).filter_map(explained).collect()
}

//! An invented portfolio of any size, the same every time.
//!
//! Teams work side by side, each with its own projects and environments, and release every five weeks: what is over has
//! dates, approvals and deployment records, what is to come has a plan. Releases wait for those of other teams, and
//! composites join some. A manifest has about 1.5 KB, as real ones do.

// Templates read better than writes, and the time this takes is not measured.
#![allow(clippy::format_push_string)]

mod release;

use std::fs;
use std::io;
use std::path::Path;

use chrono::{Days, NaiveDate};

use release::Slot;

/// The day the portfolio is made for; `--today` in every measurement.
pub const TODAY: &str = "2026-11-16";

/// Manifests of one team.
const PER_TEAM: usize = 50;
/// Weeks from one release of a team to its next.
const WEEKS: usize = 5;
/// Teams whose releases a composite joins.
const GROUP: usize = 4;
/// Every so many releases of a team, one belongs to a composite.
const COMPOSITE_EVERY: usize = 4;
/// Composites end before the first team runs out of manifests.
const COMPOSITES_UNTIL: usize = 28;
/// Releases of a team in one log of deployments.
const PER_LOG: usize = 9;
/// Projects of a team.
const PROJECTS: usize = 3;

/// One file.
#[derive(Debug)]
pub struct File {
    /// From the root, with `/`.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// A portfolio of this many manifests, `relm.yaml` included; at least one team, which takes about 20.
pub fn portfolio(manifests: usize) -> Vec<File> {
    let teams = (manifests / PER_TEAM).max(1);
    let mut files = vec![File { path: "relm.yaml".to_owned(), text: settings(teams) }];
    for team in 0..teams {
        let quota = (manifests - 1) / teams + usize::from(team < (manifests - 1) % teams);
        team_files(team, teams, quota, &mut files);
    }
    files
}

/// Writes the files below a folder.
pub fn write(root: &Path, files: &[File]) -> io::Result<()> {
    for file in files {
        let path = root.join(&file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, &file.text)?;
    }
    Ok(())
}

/// Makes the folder a git repository in which everything is committed.
pub fn commit(root: &Path) -> Result<(), git2::Error> {
    let repo = git2::Repository::init(root)?;
    let mut index = repo.index()?;
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None)?;
    index.write()?;
    let tree = repo.find_tree(index.write_tree()?)?;
    let who = git2::Signature::new("Invented Author", "author@example.com", &git2::Time::new(1_700_000_000, 0))?;
    repo.commit(Some("HEAD"), &who, &who, "An invented portfolio", &tree, &[])?;
    Ok(())
}

/// Numbers that look random and are not.
fn mix(seed: usize) -> usize {
    let mut x = seed as u64 ^ 0x9e37_79b9_7f4a_7c15;
    for _ in 0..2 {
        x = (x ^ (x >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    (x >> 24) as usize
}

fn pick<'w>(words: &[&'w str], seed: usize) -> &'w str {
    words[mix(seed) % words.len()]
}

const THINGS: &[&str] = &["ledger", "cards", "tariffs", "statements", "limits", "branches", "alerts", "archive"];
const VERBS: &[&str] = &["reconcile", "publish", "settle", "migrate", "index", "encrypt", "notify", "report"];
const PLACES: &[&str] = &["at the counters", "for all branches", "in the mobile channel", "for corporate customers"];

/// A sentence that is not the same everywhere.
fn sentence(seed: usize) -> String {
    let (verb, thing, place) = (pick(VERBS, seed), pick(THINGS, seed + 1), pick(PLACES, seed + 2));
    format!("{verb} {thing} {place} so that {} can {} {}", pick(THINGS, seed + 3), pick(VERBS, seed + 4), thing)
}

/// The Monday of a week, counted from the beginning of the portfolio.
fn monday(week: usize) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2024, 1, 8).unwrap_or_default();
    first + Days::new(week as u64 * 7)
}

fn today() -> NaiveDate {
    TODAY.parse().unwrap_or_default()
}

fn settings(teams: usize) -> String {
    let mut text = "\
kind: portfolio
format: 1
name: Invented Bank
timezone: Europe/London
stages: [sit, uat, prod]
calendars:
  default:
    working_week: [mon, tue, wed, thu, fri]
    holidays:
"
    .to_owned();
    for year in 2024..2031 {
        for (day, name) in [("01-01", "New Year"), ("12-25", "Christmas Day"), ("12-26", "Boxing Day")] {
            text += &format!("      - {{date: {year}-{day}, name: {name}}}\n");
        }
    }
    text += "\
roles: [release-coordinator, testing-coordinator, change-manager]
gate_templates:
  uat-exit:
    before: deploy
    criteria: [{id: sev1, name: No open severity-1 defect}, {id: regression, name: Regression green}]
    requires: [{role: testing-coordinator, count: 1}]
  go-live: {before: production, requires: [{role: change-manager}]}
release_types:
  major: {notice: 20d, gates: [uat-exit, go-live], stages: [sit, uat], requires: [backout]}
  minor: {notice: 10d, gates: [uat-exit, go-live]}
  wave: {}                          # each part has its own gates
approvals: {provenance: none}
rules: {unbooked-phase: \"off\"}     # people build on machines of their own
freezes:
  - {id: year-end, name: Year-end freeze, from: 2030-12-18, to: 2031-01-04, stages: [prod]}
targets: {on_time_rate: \">= 0.9\", change_fail_rate: \"<= 0.15\"}
teams:
";
    for team in 0..teams {
        text += &format!("  - {{id: team-{team:04}, name: Team {team}, capacity: 8}}\n");
    }
    text += "people:\n";
    for team in 0..teams {
        text += &format!(
            "  - {{id: ann-{team:04}, name: Ann {team}, emails: [ann{team}@example.com], team: team-{team:04}, \
             roles: [release-coordinator]}}\n  - {{id: bea-{team:04}, name: Bea {team}, emails: [bea{team}@example.com], \
             team: team-{team:04}, roles: [testing-coordinator, change-manager]}}\n"
        );
    }
    text
}

/// The files of one team, `quota` in number.
fn team_files(team: usize, teams: usize, quota: usize, files: &mut Vec<File>) {
    let before = files.len();
    for number in 0..PROJECTS {
        let path = format!("projects/team-{team:04}/{}.yaml", project_id(team, number));
        files.push(File { path, text: project(team, teams, number) });
    }
    for stage in ["sit", "uat", "prod"] {
        let path = format!("environments/{stage}/{}.yaml", environment_id(team, stage));
        files.push(File { path, text: environment(team, stage) });
    }
    // What is left is releases, with a change for every seventh, a log for every ninth, and the composites of the group.
    for number in 0.. {
        let release = Slot { team, teams, number };
        let year = release.target().format("%Y");
        let mut batch = vec![(format!("releases/{year}/team-{team:04}/{}.yaml", release.id()), release.text())];
        if let Some(id) = release.composite().filter(|_| release.leads_composite()) {
            batch.push((format!("releases/{year}/{id}.yaml"), release.composite_text(&id)));
        }
        if let Some(id) = release.change() {
            batch.push((format!("changes/team-{team:04}/{id}.yaml"), release.change_text(&id)));
        }
        if number % PER_LOG == PER_LOG - 1 && release.is_over() {
            let text = deployments(team, teams, number + 1 - PER_LOG..number + 1);
            batch.push((format!("logs/team-{team:04}/{number:03}.yaml"), text));
        }
        let room = quota - (files.len() - before);
        if batch.len() > room {
            batch = (0..room).map(|n| (format!("demand/DEM-{team:04}-{n}.yaml"), demand(team, n))).collect();
        }
        let full = batch.len() == room;
        files.extend(batch.into_iter().map(|(path, text)| File { path, text }));
        if full {
            return;
        }
    }
}

fn demand(team: usize, number: usize) -> String {
    let (project, why) = (project_id(team, 0), sentence(team + number));
    format!(
        "kind: demand\nid: DEM-{team:04}-{number}\nname: {why}\nowner: ann-{team:04}\nproject: {project}\nvalue: 8\n\
         effort: 15pd\nwanted_by: 2028-02-01\n"
    )
}

fn project_id(team: usize, number: usize) -> String {
    format!("{}-{team:04}-{number}", THINGS[team % THINGS.len()])
}

fn environment_id(team: usize, stage: &str) -> String {
    format!("{stage}-{team:04}")
}

fn project(team: usize, teams: usize, number: usize) -> String {
    let id = project_id(team, number);
    let seed = mix(team * 8 + number);
    let mut needs = String::new();
    if number > 0 {
        needs += &format!("  - {{project: {}, version: \">=0.1\"}}\n", project_id(team, number - 1));
    }
    if team > 0 {
        needs += &format!("  - {}\n", project_id(mix(seed) % team.min(teams), 0));
    }
    let needs = if needs.is_empty() { String::new() } else { format!("depends_on:\n{needs}") };
    format!(
        "\
kind: project
id: {id}
name: {thing} of team {team}
description: >-
  Here we {one}.
  It also has to {two}.
owner: team-{team:04}
tier: {tier}
labels: {{domain: {thing}, site: north, cost-centre: cc-{team:04}}}
links:
  - {{title: Run-book, url: \"https://wiki.example.com/{id}/run-book\"}}
  - {{title: Dashboard, url: \"https://monitor.example.com/d/{id}\"}}
tag_pattern: \"v*\"
branching: {{development: main, release: \"release/*\"}}
{needs}known_errors:
  - {{id: KE-{team}{number}, name: Rounding in batch export, workaround: Export twice and compare the totals}}
  - {{id: KE-{team}{number}b, name: The list is empty after a time-out, workaround: Ask again after a minute}}
x-source: {{system: catalogue, key: APP-{team:04}{number}}}
",
        thing = pick(THINGS, seed),
        one = sentence(seed),
        two = sentence(seed + 7),
        tier = 1 + seed % 4,
    )
}

fn environment(team: usize, stage: &str) -> String {
    let id = environment_id(team, stage);
    let hosted: Vec<String> = (0..PROJECTS).map(|number| project_id(team, number)).collect();
    format!(
        "\
kind: environment
id: {id}
name: {stage} of team {team}
description: Shared by the projects of team {team}; they {sentence}.
stage: {stage}
owner: team-{team:04}
timezone: Europe/London
provisioning: persistent
capacity: 4
projects: [{hosted}]
setup: {{lead_time: 1d, effort: 2pd}}
cost: {{per_day: {cost}, per_setup: 900}}
maintenance:
  - {{name: Patching, rrule: \"FREQ=MONTHLY;BYDAY=2SU\", start: 2024-01-14T02:00, duration: 3h}}
bookings:
  - {{id: load-test, from: 2028-03-04, to: 2028-03-05, units: 1, use: regression, purpose: Load test, owner: team-{team:04}}}
labels: {{domain: {thing}, network: zone-{zone}}}
",
        sentence = sentence(team),
        hosted = hosted.join(", "),
        cost = 100 + mix(team) % 400,
        thing = pick(THINGS, team),
        zone = team % 7,
    )
}

fn deployments(team: usize, teams: usize, slots: std::ops::Range<usize>) -> String {
    let mut text = "kind: deployments\nentries:\n".to_owned();
    for number in slots {
        let release = Slot { team, teams, number };
        for (index, (project, version)) in release.ships().into_iter().enumerate() {
            let day = release.deploys();
            text += &format!(
                "  - {{id: D-{team}-{number}-{index}, project: {project}, version: {version}, environment: {}, release: {}, \
                 started: {day}T20:0{index}, at: {day}T20:3{index}, result: succeeded}}\n",
                environment_id(team, "prod"),
                release.id(),
            );
        }
    }
    text
}

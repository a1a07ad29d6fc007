//! A portfolio whose releases book environments: deterministic, of any size.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use chrono::{Days, NaiveDate};

/// The day the portfolio is judged on.
pub const TODAY: &str = "2026-11-16";
/// How many environments there are.
pub const ENVIRONMENTS: usize = 200;
/// Phases, and so bookings, of a release: each in the stage of its place.
const STAGES: [&str; 5] = ["dev", "sit", "uat", "staging", "prod"];

/// Writes a portfolio with so many releases; without `judged`, the rules about environments are off.
pub fn write(root: &Path, releases: usize, judged: bool) -> io::Result<()> {
    fs::create_dir_all(root.join("releases"))?;
    let off: String = relm::rules::RULES
        .iter()
        .filter(|rule| !judged && rule.group == relm::rules::Group::Environments)
        .fold(String::new(), |text, rule| text + &format!("  {}: \"off\"\n", rule.name));
    let rules = if off.is_empty() { String::new() } else { format!("rules:\n{off}") };
    let settings = format!(
        "kind: portfolio\nformat: 1\nname: Booked\ntimezone: Europe/London\nstages: [{}]\nrelease_types:\n  minor: {{}}\nfreezes:\n  \
         - {{id: year-end, from: 2026-12-18, to: 2027-01-04, stages: [prod]}}\n  \
         - {{id: payroll, rrule: \"FREQ=MONTHLY;BYMONTHDAY=25\", start: 2020-01-25T00:00, duration: 24h, stages: [prod]}}\n{rules}",
        STAGES.join(", ")
    );
    fs::write(root.join("relm.yaml"), settings)?;
    let mut environments = String::new();
    for number in 0..ENVIRONMENTS {
        let _ = write!(
            environments,
            "---\nkind: environment\nid: {}\nstage: {}\ncapacity: {}\nmaintenance:\n  \
             - {{rrule: \"FREQ=MONTHLY;BYDAY=2SA\", start: 2020-01-11T20:00, duration: 6h}}\n\
             windows:\n  - {{rrule: \"FREQ=DAILY\", start: 2020-01-01T18:00, duration: 10h}}\n",
            id(number),
            STAGES[number % STAGES.len()],
            releases / 1000 + 3,
        );
    }
    fs::write(root.join("environments.yaml"), environments.trim_start_matches("---\n"))?;
    fs::write(
        root.join("projects.yaml"),
        (0..50).fold(String::new(), |text, project| text + &format!("---\nkind: project\nid: p{project}\n")),
    )?;
    let first = NaiveDate::from_ymd_opt(2025, 11, 3).unwrap_or_default();
    for number in 0..releases {
        let start = first + Days::new(((number * 7919) % 730) as u64);
        let group = (number * 31) % (ENVIRONMENTS / STAGES.len());
        let mut text = format!(
            "kind: release\nid: r{number}\ntype: minor\nstatus: planned\npriority: {}\nscope:\n  - {{project: p{}, version: 1.{number}.0}}\nphases:\n",
            number % 100,
            number % 50,
        );
        for (place, stage) in STAGES.iter().enumerate() {
            let environment = id(group * STAGES.len() + place);
            let when = match place {
                0 => format!("start: {start}, duration: 4d"),
                _ => format!("after: {}, duration: {}d", STAGES[place - 1], 1 + (number + place) % 4),
            };
            let _ = writeln!(text, "  - {{id: {stage}, {when}, environments: [{environment}]}}");
        }
        fs::write(root.join(format!("releases/r{number}.yaml")), text)?;
    }
    Ok(())
}

fn id(number: usize) -> String {
    format!("{}-{}", STAGES[number % STAGES.len()], number / STAGES.len())
}

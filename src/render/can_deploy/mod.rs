//! Whether something may be deployed, one file a format.

pub mod human;
pub mod markdown;

use crate::report::can_deploy::CanDeploy;

/// The answer in one line.
fn headline(view: &CanDeploy) -> String {
    let version = view.version.as_ref().map_or_else(String::new, |version| format!(" {version}"));
    let what = format!("`{}`{version} to `{}`", view.project, view.environment);
    if view.allowed {
        let until = view.allowed_until.as_ref().map_or_else(String::new, |until| format!(" until {}", until.spoken));
        return format!("yes, {what} on {}{until}", view.time.spoken);
    }
    // What time will not cure says more than what it will.
    let cause = view.reasons.iter().find(|reason| reason.until.is_none()).or(view.reasons.first());
    let cause = cause.map_or("", |reason| reason.message.as_str());
    let more = match view.reasons.len() {
        0 | 1 => String::new(),
        2 => ", and one more reason".to_owned(),
        many => format!(", and {} more reasons", many - 1),
    };
    let when = match &view.next_open {
        Some(open) => format!("not before {}", open.spoken),
        None if view.reasons.iter().any(|reason| reason.until.is_none()) => "and time alone will not help".to_owned(),
        None => "not within two years".to_owned(),
    };
    format!("no, {when}: {cause}{more}")
}

/// What was asked, in one line.
fn asked(view: &CanDeploy) -> String {
    let version = view.version.as_ref().map_or_else(String::new, |version| format!(" {version}"));
    let release = view.release.as_ref().map_or_else(String::new, |release| format!(" with `{release}`"));
    format!("`{}`{version} to `{}`{release} on {}", view.project, view.environment, view.time.spoken)
}

/// What was looked at, in one line.
fn checked(view: &CanDeploy) -> String {
    view.checked.iter().map(|checked| checked.what.as_str()).collect::<Vec<_>>().join(", ")
}

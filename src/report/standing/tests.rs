#![allow(clippy::unwrap_used)]

use super::deployment::DeploymentView;
use crate::analysis::testing::loaded;

/// The plan with these steps, in the words `steps minutes back-out fits no-return`.
fn night(window: &str, steps: &str) -> String {
    let text = format!("kind: release\nid: r\ntype: minor\ntarget: 2026-12-05\ndeployment:\n{window}  steps:\n{steps}");
    let loaded = loaded(&text);
    let view = DeploymentView::new(&loaded.portfolio, &loaded.portfolio.releases[0]).unwrap();
    let no_return = view.point_of_no_return.map(|it| format!("{} {}", it.step, it.at.local.format("%H:%M")));
    format!("{} {:?} {:?} {:?} {no_return:?}", view.steps, view.minutes, view.backout_minutes, view.backout_fits)
}

const WINDOW: &str = "  window: {start: 2026-12-05T22:00, end: 2026-12-06T02:00}\n";
const STEPS: &str = "    - {id: a, duration: 1h, backout: {duration: 30m}}\n    - {id: b, after: a, duration: 1h, backout: {duration: 1h30m}}\n    - {id: c, after: b, duration: 10m}\n";

#[test]
fn there_is_a_way_back_as_long_as_it_ends_with_the_window() {
    // Both take until midnight, and two hours to take back: just in time. A look of ten minutes at the end is too much.
    assert_eq!(night(WINDOW, STEPS), "3 Some(130) Some(120) Some(false) Some(\"c 00:00\")");
    let longer = WINDOW.replace("02:00", "02:10");
    assert_eq!(night(&longer, STEPS), "3 Some(130) Some(120) Some(true) None");
    let shorter = WINDOW.replace("02:00", "01:59");
    assert_eq!(night(&shorter, STEPS), "3 Some(130) Some(120) Some(false) Some(\"b 23:00\")");
}

#[test]
fn what_is_not_known_is_not_said() {
    let without = "    - {id: a, duration: 1h}\n";
    assert_eq!(night(WINDOW, without), "1 Some(60) None None None");
    assert_eq!(night("", STEPS), "3 None Some(120) None None");
}

#[test]
fn each_wave_has_its_own_window() {
    let waves = "  window: {start: 2026-12-05T22:00, end: 2026-12-06T02:00}\n  waves:\n    - {id: pilot}\n    \
        - {id: rest, window: {start: 2026-12-07T22:00, end: 2026-12-07T22:30}}\n";
    let steps = "    - {id: a, wave: pilot, duration: 1h, backout: {duration: 1h}}\n    \
        - {id: b, wave: rest, duration: 20m, backout: {duration: 20m}}\n";
    assert_eq!(night(waves, steps), "2 Some(2900) Some(80) Some(false) Some(\"b 22:00\")");
}

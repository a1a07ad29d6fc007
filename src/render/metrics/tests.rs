#![allow(clippy::unwrap_used)]

use super::words::{spark, value};

#[test]
fn values_are_told_in_the_unit_that_reads_best() {
    let of = |unit: &str, number: f64| value(unit, Some(number));
    assert_eq!(
        ["h", "h", "h", "h"].iter().zip([0.0, 0.5, 47.0, 60.0]).map(|(u, n)| of(u, n)).collect::<Vec<_>>(),
        ["0 h", "30 min", "47 h", "2.5 d"]
    );
    assert_eq!(
        [0.0, 0.0001, 0.125, 0.9999, 1.0, -0.2].map(|share| of("ratio", share)),
        ["0%", "<0.1%", "12.5%", ">99.9%", "100%", "-20%"]
    );
    assert_eq!(
        (of("1/week", 0.085), of("score", 2.6), of("count", 4.0)),
        ("0.09/week".into(), "2.6 of 5".into(), "4".into())
    );
    assert_eq!((value("h", None), of("d", -0.0), of("d", 3.04)), ("n/a".into(), "0 d".into(), "3 d".into()));
}

#[test]
fn lines_begin_at_zero_and_show_where_nothing_is_known() {
    let values = [Some(0.0), None, Some(3.5), Some(7.0)];
    assert_eq!(spark(&values, true), "▁·▅█");
    assert_eq!(spark(&values, false), "1.58");
    assert_eq!(spark(&[Some(-2.0), Some(0.0), Some(2.0)], true), "▁▅█");
    assert_eq!(spark(&[Some(0.0), Some(0.0)], true), "▁▁");
    assert_eq!(spark(&[None, None], true), "");
}

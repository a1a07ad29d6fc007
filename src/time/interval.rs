//! Half-open intervals: the start belongs, the end does not.

/// From `start` up to, but without, `end`. [`Interval::new`] keeps `start < end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval<T> {
    /// The first point inside.
    pub start: T,
    /// The first point outside.
    pub end: T,
}

impl<T: Ord + Copy> Interval<T> {
    /// The interval, or `None` when nothing lies between `start` and `end`.
    pub fn new(start: T, end: T) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// Whether a point lies inside.
    pub fn contains(&self, point: T) -> bool {
        self.start <= point && point < self.end
    }

    /// Whether the two share at least one point; touching ends do not.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// What the two share.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// The union, sorted, with overlapping and touching intervals joined.
    pub fn merge(mut intervals: Vec<Self>) -> Vec<Self> {
        intervals.sort_unstable();
        let mut merged: Vec<Self> = Vec::with_capacity(intervals.len());
        for interval in intervals {
            match merged.last_mut() {
                Some(last) if interval.start <= last.end => last.end = last.end.max(interval.end),
                _ => merged.push(interval),
            }
        }
        merged
    }

    /// What is left of this interval without the others, sorted.
    pub fn subtract(&self, others: &[Self]) -> Vec<Self> {
        let mut left = Vec::new();
        let mut start = self.start;
        for taken in Self::merge(others.iter().filter(|other| other.overlaps(self)).copied().collect()) {
            left.extend(Self::new(start, taken.start));
            start = taken.end;
        }
        left.extend(Self::new(start, self.end));
        left
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use proptest::prelude::*;

    fn of(start: i32, end: i32) -> Interval<i32> {
        Interval::new(start, end).unwrap()
    }

    #[test]
    fn ends_are_outside() {
        assert!(Interval::new(3, 3).is_none());
        assert!(Interval::new(4, 3).is_none());
        assert!(of(1, 3).contains(1));
        assert!(!of(1, 3).contains(3));
        assert!(!of(1, 3).overlaps(&of(3, 5)));
        assert_eq!(of(1, 4).intersect(&of(3, 5)), Some(of(3, 4)));
        assert_eq!(of(1, 3).intersect(&of(3, 5)), None);
        assert_eq!(Interval::merge(vec![of(5, 6), of(1, 3), of(3, 4)]), vec![of(1, 4), of(5, 6)]);
        assert_eq!(of(0, 10).subtract(&[of(8, 12), of(2, 3), of(-5, 1)]), vec![of(1, 2), of(3, 8)]);
        assert_eq!(of(0, 10).subtract(&[]), vec![of(0, 10)]);
        assert!(of(0, 10).subtract(&[of(0, 10)]).is_empty());
    }

    fn intervals() -> impl Strategy<Value = Vec<Interval<i32>>> {
        prop::collection::vec((0..40i32, 1..10i32).prop_map(|(start, length)| of(start, start + length)), 0..8)
    }

    proptest! {
        #[test]
        fn sets_of_points_agree(all in intervals(), start in 0..40i32, length in 1..30i32) {
            let whole = of(start, start + length);
            let merged = Interval::merge(all.clone());
            let left = whole.subtract(&all);
            for point in -1..80 {
                let covered = all.iter().any(|interval| interval.contains(point));
                prop_assert_eq!(covered, merged.iter().any(|interval| interval.contains(point)));
                let expected = whole.contains(point) && !covered;
                prop_assert_eq!(expected, left.iter().any(|interval| interval.contains(point)));
            }
            prop_assert!(merged.windows(2).all(|pair| pair[0].end < pair[1].start));
            prop_assert!(left.windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }
}

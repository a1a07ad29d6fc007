//! Bands: how a value compares with those of others, as surveys publish it. A profile is a table; nothing here computes but to
//! look a value up.

use super::Rhythm;

/// Bands for some metrics, from one publication.
#[derive(Debug)]
pub struct Profile {
    /// What it is called.
    pub name: &'static str,
    /// Where it was published.
    pub source: &'static str,
    /// Bands by metric.
    scales: &'static [Scale],
    /// Bands of the rhythm of deployment days, the best first: at least so many days a week, or a month.
    rhythms: &'static [(Per, f64, &'static str)],
    /// What is below all of them.
    slowest: &'static str,
}

/// The bands of a metric, the best first.
#[derive(Debug)]
struct Scale {
    metric: &'static str,
    bound: Bound,
    steps: &'static [(f64, &'static str)],
    /// What is beyond all of them.
    worst: &'static str,
}

/// How a value is compared with the end of a band.
#[derive(Debug, Clone, Copy)]
enum Bound {
    Below,
    AtMost,
}

/// What a rhythm is counted in.
#[derive(Debug, Clone, Copy)]
enum Per {
    Week,
    Month,
}

/// A band a value lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// What the profile calls it.
    pub name: &'static str,
    /// Its place from the best, from 1.
    pub rank: usize,
    /// How many bands there are.
    pub of: usize,
}

/// The bands of the 2023 survey. Those of 2024 have fail rates that are not monotone, so nothing can be banded by them; see
/// [`FAIL_RATES_2024`].
pub static DORA_2023: Profile = Profile {
    name: "dora-2023",
    source: "Accelerate State of DevOps 2023, dora.dev",
    scales: &[
        Scale {
            metric: "change_lead_time",
            bound: Bound::Below,
            steps: &[(24.0, "elite"), (168.0, "high"), (720.0, "medium")],
            worst: "low",
        },
        Scale {
            metric: "failed_deployment_recovery_time",
            bound: Bound::Below,
            steps: &[(1.0, "elite"), (24.0, "high"), (168.0, "medium")],
            worst: "low",
        },
        Scale {
            metric: "change_fail_rate",
            bound: Bound::AtMost,
            steps: &[(0.05, "elite"), (0.10, "high"), (0.15, "medium")],
            worst: "low",
        },
    ],
    rhythms: &[(Per::Week, 3.0, "daily"), (Per::Week, 1.0, "weekly"), (Per::Month, 1.0, "monthly")],
    slowest: "less",
};

/// The change fail rates of the clusters in the 2024 survey, to be shown beside a value.
pub const FAIL_RATES_2024: [(&str, f64); 4] = [("elite", 0.05), ("high", 0.20), ("medium", 0.10), ("low", 0.40)];

impl Profile {
    /// The band of a value; none when there are no bands for the metric.
    pub fn band(&self, metric: &str, value: f64) -> Option<Band> {
        let scale = self.scales.iter().find(|scale| scale.metric == metric)?;
        let inside = |end: f64| match scale.bound {
            Bound::Below => value < end,
            Bound::AtMost => value <= end + 1e-12,
        };
        let found = scale.steps.iter().position(|(end, _)| inside(*end));
        let place = found.unwrap_or(scale.steps.len());
        let name = scale.steps.get(place).map_or(scale.worst, |(_, name)| name);
        Some(Band { name, rank: place + 1, of: scale.steps.len() + 1 })
    }

    /// The band of a rhythm; none when the period is too short to tell.
    pub fn rhythm(&self, rhythm: Rhythm) -> Option<Band> {
        let of = self.rhythms.len() + 1;
        for (place, (per, least, name)) in self.rhythms.iter().enumerate() {
            let days = match per {
                Per::Week => rhythm.per_week,
                Per::Month => rhythm.per_month,
            };
            if days? >= *least {
                return Some(Band { name, rank: place + 1, of });
            }
        }
        Some(Band { name: self.slowest, rank: of, of })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_end_as_they_are_published() {
        let band = |metric: &str, value: f64| DORA_2023.band(metric, value).map(|band| band.name);
        assert_eq!(band("change_lead_time", 23.9), Some("elite"));
        assert_eq!(band("change_lead_time", 24.0), Some("high"));
        assert_eq!(band("change_lead_time", 720.0), Some("low"));
        assert_eq!(band("change_fail_rate", 0.15), Some("medium"));
        assert_eq!(band("change_fail_rate", 3.0 / 20.0), Some("medium"));
        assert_eq!(band("change_fail_rate", 0.151), Some("low"));
        assert_eq!(band("failed_deployment_recovery_time", 0.5), Some("elite"));
        assert_eq!(band("deployment_rework_rate", 0.0), None);
    }

    #[test]
    fn a_rhythm_is_told_by_weeks_before_months() {
        let band = |per_week, per_month| DORA_2023.rhythm(Rhythm { per_week, per_month }).map(|band| band.name);
        assert_eq!(band(Some(3.0), Some(12.0)), Some("daily"));
        assert_eq!(band(Some(1.0), None), Some("weekly"));
        assert_eq!(band(Some(0.0), Some(1.5)), Some("monthly"));
        assert_eq!(band(Some(0.0), Some(0.0)), Some("less"));
        assert_eq!(band(Some(0.5), None), None);
        assert_eq!(band(None, None), None);
    }
}

//! The page of metrics: delivery and releases, as `relm report dora` and `relm report kpi` measure them.

use chrono::NaiveDate;
use serde::Serialize;

use super::Site;
use crate::analysis::metrics::{Base, By, Definition, Input, Members, Move, Period, dora, kpis};
use crate::report::Header;
use crate::report::metrics::{DORA_SCHEMA, KPI_SCHEMA, Metrics, Question};
use crate::time::plus_days;

/// Days that are looked at, as the reports do.
const DAYS: i64 = 90;

/// What the page of metrics shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricsPage {
    /// The five metrics of delivery, of all and of each project.
    pub delivery: Metrics,
    /// The metrics of releases.
    pub releases: Metrics,
}

impl Site<'_> {
    /// Whether there are days to be measured.
    pub fn has_metrics(&self) -> bool {
        period(self.header.today).is_some()
    }

    /// Measures the days up to today; `moves` are the written dates that commits have moved, where a history tells of them.
    pub fn metrics(&self, moves: Option<&[Move]>) -> Option<MetricsPage> {
        let period = period(self.header.today)?;
        let base = Base::new(Input { gates: self.material.plan.gates, occupancy: self.material.occupancy, moves });
        let members = Members::all(&base);
        let input = self.gates();
        let measure = |schema, definitions, by| {
            let question = question(period, definitions, by);
            let header = Header { schema, ..self.header.clone() };
            Metrics::new(header, &input, &base, &members, &question, None)
        };
        Some(MetricsPage {
            delivery: measure(DORA_SCHEMA, dora().collect(), Some(By::Project)),
            releases: measure(KPI_SCHEMA, kpis().collect(), None),
        })
    }
}

fn period(today: NaiveDate) -> Option<Period> {
    Period::new(plus_days(today, 1 - DAYS), today)
}

fn question(period: Period, definitions: Vec<&'static Definition>, by: Option<By>) -> Question {
    Question {
        definitions,
        period,
        chosen: Some(format!("the {DAYS} days up to today")),
        by,
        step: None,
        explain: true,
    }
}

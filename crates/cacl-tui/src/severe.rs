//! How many changes are bad, told by how bad.

use cacl_event::Severity;

/// So many of each severity that wants to be looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Severe {
    /// Critical ones.
    pub critical: usize,
    /// High ones.
    pub high: usize,
}

impl Severe {
    /// Of so many.
    pub fn of(severities: impl IntoIterator<Item = Severity>) -> Self {
        let mut severe = Self::default();
        severities.into_iter().for_each(|severity| severe.add(severity));
        severe
    }

    /// One more.
    pub fn add(&mut self, severity: Severity) {
        if let Some(count) = self.count(severity) {
            *count += 1;
        }
    }

    /// One less.
    pub fn take(&mut self, severity: Severity) {
        if let Some(count) = self.count(severity) {
            *count = count.saturating_sub(1);
        }
    }

    /// Without others.
    pub fn without(self, other: Self) -> Self {
        Self { critical: self.critical.saturating_sub(other.critical), high: self.high.saturating_sub(other.high) }
    }

    /// `1 critical`, `2 high`; nothing of what there is none of.
    pub fn words(self) -> impl Iterator<Item = String> {
        let counts = [(self.critical, Severity::Critical), (self.high, Severity::High)];
        counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, severity)| format!("{count} {}", severity.as_str()))
    }

    fn count(&mut self, severity: Severity) -> Option<&mut usize> {
        match severity {
            Severity::Critical => Some(&mut self.critical),
            Severity::High => Some(&mut self.high),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_is_told_first_and_what_is_not_there_is_not_told() {
        let mut severe = Severe::of([Severity::High, Severity::Low, Severity::Critical, Severity::High]);
        let words = |severe: Severe| severe.words().collect::<Vec<_>>().join(", ");
        assert_eq!(words(severe), "1 critical, 2 high");
        severe.take(Severity::High);
        assert_eq!(words(severe.without(Severe::of([Severity::Critical]))), "1 high");
        assert_eq!(words(Severe::default()), "");
    }
}

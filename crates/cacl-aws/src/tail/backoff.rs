//! How long to wait after trouble: longer each time, and never all callers at once.

use std::time::Duration;

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(30);

/// The shortest, so that a status can be read and a loop cannot spin.
const SHORTEST: Duration = Duration::from_millis(100);

/// Exponential, with full jitter: anything between the shortest wait and a bound that doubles.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    failures: u32,
}

impl Backoff {
    /// The first wait is at most `first`.
    pub(crate) fn new(first: Duration) -> Self {
        Self { first: first.max(SHORTEST), failures: 0 }
    }

    /// The wait after one more failure.
    pub(crate) fn next(&mut self) -> Duration {
        let bound = self.bound();
        self.failures = self.failures.saturating_add(1);
        SHORTEST + bound.saturating_sub(SHORTEST).mul_f64(fastrand::f64())
    }

    /// After a success.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// How many failures in a row.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    fn bound(&self) -> Duration {
        self.first.saturating_mul(2u32.saturating_pow(self.failures.min(16))).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_begin_anew_after_a_success() {
        let mut backoff = Backoff::new(Duration::from_secs(1));
        let mut bounds = Vec::new();
        for _ in 0..40 {
            let bound = backoff.bound();
            let wait = backoff.next();
            assert!(wait >= SHORTEST && wait <= bound, "{wait:?} of {bound:?}");
            bounds.push(bound.as_secs());
        }
        assert_eq!(bounds[..7], [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(backoff.failures(), 40);
        backoff.reset();
        assert_eq!(backoff.bound(), Duration::from_secs(1));
    }

    #[test]
    fn no_wait_is_so_short_that_a_loop_spins() {
        let mut backoff = Backoff::new(Duration::ZERO);
        assert!((0..100).all(|_| backoff.next() >= SHORTEST));
    }
}

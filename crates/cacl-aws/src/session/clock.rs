//! AWS's clock, learnt from its answers: this machine's may be wrong by minutes, and AWS dates nothing by it.
//!
//! The SDK learns the same to sign its requests, and keeps it to itself.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeDeserializationInterceptorContextRef},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{DateTime, config_bag::ConfigBag, date_time::Format};
use jiff::{SignedDuration, Timestamp};

/// A date has whole seconds and takes its time to get here, so a clock is not called fast for less than this.
const BLUR: SignedDuration = SignedDuration::from_secs(2);

/// More than this between two answers means that somebody has set the clock meanwhile.
const JUMP: SignedDuration = SignedDuration::from_secs(10);

/// How far AWS's clock is ahead of this machine's, as far as an answer has told. A clone learns with the original.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock {
    ahead: Arc<Mutex<Option<SignedDuration>>>,
}

impl Clock {
    /// How far AWS is ahead (behind, if negative); zero if this machine's clock is right, or nothing is known.
    pub(crate) fn ahead(&self) -> SignedDuration {
        let ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_default();
        if ahead < SignedDuration::ZERO && ahead > -BLUR { SignedDuration::ZERO } else { ahead }
    }

    /// Takes in what an answer says that has come at `now`. It was earlier than that, so of like ones the latest is nearest.
    fn learn(&self, date: Timestamp, now: Timestamp) {
        let told = date.duration_since(now);
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        *ahead = Some(ahead.filter(|known| (*known - told).abs() < JUMP).map_or(told, |known| known.max(told)));
    }
}

impl Intercept for Clock {
    fn name(&self) -> &'static str {
        "Clock"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
        if let Some(date) = date.and_then(|date| Timestamp::from_second(date.secs()).ok()) {
            self.learn(date, Timestamp::now());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_like_answers_the_latest_tells_and_a_jump_is_believed() {
        let clock = Clock::default();
        let second = SignedDuration::from_secs;
        let now = Timestamp::from_second(1_790_000_000).expect("in range");
        assert_eq!(clock.ahead(), SignedDuration::ZERO);
        for (told, ahead) in [(-1, 0), (-4, 0), (1, 1), (-3, 1), (-600, -600), (-601, -600), (300, 300)] {
            clock.learn(now + second(told), now);
            assert_eq!(clock.ahead(), second(ahead), "{told}");
        }
    }
}

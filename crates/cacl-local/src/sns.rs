//! sns, being written.

/// What it remembers.
#[derive(Debug, Default)]
pub struct State {}

/// Publishes to the topic of this ARN for another service (a rule's second target).
pub fn publish(_: &crate::world::Shared, _topic_arn: &str, _message: String) -> Result<(), crate::world::AwsError> {
    Err(crate::world::AwsError::unknown_operation())
}

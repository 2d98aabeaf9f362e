//! sqs, being written.

/// What it remembers.
#[derive(Debug, Default)]
pub struct State {}

/// Sends a message to the queue of this ARN for another service (a rule's dead letters).
/// `attributes` are string message attributes by name.
pub fn send(
    _: &crate::world::Shared,
    _queue_arn: &str,
    _body: String,
    _attributes: &[(&str, String)],
) -> Result<(), crate::world::AwsError> {
    Err(crate::world::AwsError::unknown_operation())
}

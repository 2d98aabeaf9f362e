//! `EventBridge` event patterns: parse, match, and make one from what is to be watched.

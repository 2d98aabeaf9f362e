//! Each distinct text once: accounts, people, user agents and clients repeat from change to change.

use std::sync::Arc;

use foldhash::HashSet;

use crate::{Change, Outcome, Text};

/// The texts of a history.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts(HashSet<Text>);

impl Texts {
    /// Replaces the texts of a change by the ones that are kept already.
    pub(super) fn share(&mut self, change: &mut Change) {
        self.one(&mut change.event);
        if let Outcome::Failed { code, message } = &mut change.outcome {
            self.one(code);
            if let Some(message) = message {
                self.one(message);
            }
        }
        let actor = &mut change.actor;
        let texts = [
            &mut change.account,
            &mut change.region,
            &mut change.user_pool_id,
            &mut change.client_id,
            &mut change.client_name,
            &mut change.source_ip,
            &mut change.user_agent,
            &mut actor.name,
            &mut actor.role,
            &mut actor.arn,
            &mut actor.account,
        ];
        let known = change.known.as_mut().map(|known| &mut known.client_name);
        for text in texts.into_iter().chain(known).flatten() {
            self.one(text);
        }
    }

    /// Drops those that nobody else has any more.
    pub(super) fn forget(&mut self) {
        self.0.retain(|text| Arc::strong_count(text) > 1);
    }

    fn one(&mut self, text: &mut Text) {
        match self.0.get(&**text) {
            Some(known) => *text = known.clone(),
            None => {
                self.0.insert(text.clone());
            }
        }
    }
}

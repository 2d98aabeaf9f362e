//! Records made small by what they have in common: people, programs and addresses repeat from record to record.

use std::sync::Arc;

use crate::Record;

/// The records of a history.
#[derive(Debug, Clone, Default)]
pub(super) struct Records {
    /// Some records, whole; empty until some have come.
    dictionary: Arc<[u8]>,
    /// The next dictionary, as far as it has come.
    next: Vec<u8>,
    /// How many records still use the dictionary.
    left: usize,
}

/// Bytes of a dictionary, which are a few records: what repeats is in any of them, and reading them is what takes time.
const SIZE: usize = 4096;

/// How many records use one dictionary. What people, programs and addresses there are changes slowly.
const USES: usize = 512;

impl Records {
    /// Makes a record small.
    pub(super) fn compress(&mut self, record: &mut Record) {
        if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
        } else {
            let packed = record.packed();
            self.next.extend_from_slice(&packed[..packed.len().min(SIZE - self.next.len())]);
            if self.next.len() == SIZE {
                self.dictionary = std::mem::take(&mut self.next).into();
                self.left = USES;
            }
        }
        if !self.dictionary.is_empty() {
            record.compress(&self.dictionary);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn records_shrink_and_stay_what_they_are() {
        let mut records = Records::default();
        let (mut sizes, mut dictionaries) = (Vec::new(), Vec::new());
        for nth in 0..2000 {
            let person =
                format!("arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_IdentityAdmin/person{}", nth / 500);
            let record =
                json!({"eventID": nth, "userIdentity": {"arn": person}, "userAgent": "aws-cli/2.31.13 md/awscrt"});
            let packed = Record::from(&record);
            let mut kept = packed.clone();
            records.compress(&mut kept);
            assert_eq!((&kept, kept.size(), kept.to_value()), (&packed, packed.size(), record), "{nth}");
            assert_eq!(kept.text(), packed.text(), "{nth}");
            sizes.push((packed.kept(), kept.kept()));
            dictionaries.push(records.dictionary.clone());
        }
        dictionaries.dedup();
        assert_eq!(dictionaries.len(), 5, "none, then a new one now and then");
        let all: (usize, usize) = sizes.iter().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        assert!(all.1 * 3 < all.0, "{all:?}");
    }

    #[test]
    fn what_is_compressed_is_not_compressed_again() {
        let (mut one, mut other) = (Records::default(), Records::default());
        let record = Record::from(&json!({ "errorMessage": "words ".repeat(1000) }));
        let (mut kept, mut rekept) = (record.clone(), record.clone());
        one.compress(&mut kept);
        other.compress(&mut rekept);
        other.compress(&mut rekept);
        one.compress(&mut rekept);
        assert_eq!((rekept.kept(), rekept.text()), (kept.kept(), record.text()));
        assert!(kept.kept() < record.kept());
    }

    #[test]
    fn what_does_not_shrink_or_is_huge_is_kept_as_it_is() {
        let mut records = Records::default();
        for text in ["x".repeat(100_000), String::new(), "y".into(), "z".repeat(5_000)] {
            let packed = Record::from(&json!({ "eventName": text }));
            let mut kept = packed.clone();
            records.compress(&mut kept);
            assert_eq!((&kept, kept.text()), (&packed, packed.text()));
            assert!(kept.kept() <= packed.kept());
        }
    }
}

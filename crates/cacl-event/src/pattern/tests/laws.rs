//! Laws: nothing panics, and simple models agree.

use std::ops::Bound;

use proptest::{collection::vec, prelude::*};
use serde_json::{Map, Number, Value, json};

use super::Pattern;
use crate::pattern::{
    Watch,
    text::{Wildcard, strip_prefix_ignoring_case, strip_suffix_ignoring_case},
};

/// Any string, leaning towards what patterns are made of.
fn any_word() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        5 => prop::sample::select(vec![
            "a", "b", "a.b", "", "$or", "prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but", "numeric",
            "exists", "cidr", "=", "<", "<=", ">", ">=", "*", "a*b", "**", "\\*", "\\", "10.0.0.0/8", "::/0", "1/1", "ß",
        ]).prop_map(str::to_owned),
        1 => ".{0,8}",
    ]
}

fn any_scalar() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        (-3i64..3).prop_map(Number::from),
        any::<f64>().prop_filter_map("finite", Number::from_f64),
    ];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number.prop_map(Value::Number),
        any_word().prop_map(Value::String),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    any_scalar().prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec((any_word(), inner), 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// The textbook table: does the pattern from `p` on match the text from `t` on?
fn wildcard_by_table(pattern: &[char], text: &[char]) -> bool {
    let mut table = vec![vec![false; text.len() + 1]; pattern.len() + 1];
    table[0][0] = true;
    for p in 1..=pattern.len() {
        for t in 0..=text.len() {
            table[p][t] = if pattern[p - 1] == '*' {
                table[p - 1][t] || (t > 0 && table[p][t - 1])
            } else {
                t > 0 && table[p - 1][t - 1] && pattern[p - 1] == text[t - 1]
            };
        }
    }
    table[pattern.len()][text.len()]
}

proptest! {
    #[test]
    fn nothing_panics(pattern in any_json(), event in any_json()) {
        if let Ok(pattern) = Pattern::parse(&pattern) {
            prop_assert_eq!(pattern.matches(&event), pattern.misses(&event).is_empty());
            for miss in pattern.misses(&event) {
                prop_assert!(!miss.to_string().is_empty());
            }
        }
    }

    #[test]
    fn a_scalar_event_matches_itself(field in "[a-z.]{0,6}", value in any_scalar()) {
        let [pattern, event] = [json!({ field.as_str(): [value] }), json!({ field: value })];
        prop_assert!(Pattern::parse(&pattern).expect("a list of one scalar").matches(&event));
    }

    #[test]
    fn either_a_value_exists_or_it_does_not(event in any_json(), path in "(a|b|a\\.b|a\\.b\\.a)") {
        let exists = |wanted: bool| {
            Pattern::parse(&json!({ path.clone(): [{ "exists": wanted }] })).expect("exists").matches(&event)
        };
        prop_assert_ne!(exists(true), exists(false));
    }

    #[test]
    fn wildcards_agree_with_the_table(pattern in "\\*?([ab]{1,3}\\*){0,3}[ab]{0,2}", text in "[ab]{0,10}") {
        let wildcard = Wildcard::parse(&pattern).expect("no stars in a row");
        let [pattern, characters] = [&pattern, &text].map(|text| text.chars().collect::<Vec<_>>());
        prop_assert_eq!(wildcard.matches(&text), wildcard_by_table(&pattern, &characters));
    }

    #[test]
    fn an_escaped_text_matches_itself_only(text in ".{0,12}", other in ".{0,12}") {
        let escaped = text.replace('\\', "\\\\").replace('*', "\\*");
        let wildcard = Wildcard::parse(&escaped).expect("escaped");
        prop_assert!(wildcard.matches(&text));
        prop_assert_eq!(wildcard.matches(&other), text == other);
    }

    #[test]
    fn ascii_case_does_not_matter(text in "[ -~]{0,8}", other in "[aAbB]{0,3}") {
        let equal = |left: &str, right: &str| strip_prefix_ignoring_case(left, right).is_some_and(str::is_empty);
        prop_assert!(equal(&text.to_uppercase(), &text.to_lowercase()));
        prop_assert_eq!(equal(&text, &other), text.eq_ignore_ascii_case(&other));
        let [text, other] = [text, other].map(|text| text.to_lowercase());
        prop_assert_eq!(strip_prefix_ignoring_case(&text, &other).is_some(), text.starts_with(&other));
        prop_assert_eq!(strip_suffix_ignoring_case(&text, &other).is_some(), text.ends_with(&other));
    }

    #[test]
    fn numeric_agrees_with_comparison(
        bottom in -5i32..5, width in 1i32..5, number in -80i32..80,
        lower in prop::sample::select(vec![">", ">="]), upper in prop::sample::select(vec!["<", "<="]),
    ) {
        let number = f64::from(number) / 8.0;
        let top = bottom + width;
        let pattern = json!({"n": [{"numeric": [lower, bottom, upper, top]}]});
        let [bottom, top] = [bottom, top].map(f64::from);
        let above = if lower == ">" { number > bottom } else { number >= bottom };
        let below = if upper == "<" { number < top } else { number <= top };
        prop_assert_eq!(Pattern::parse(&pattern).expect("a range").matches(&json!({ "n": number })), above && below);
    }

    #[test]
    fn one_sided_ranges_agree_with_comparison(limit in any::<f64>(), number in any::<f64>()) {
        prop_assume!(limit.is_finite() && number.is_finite());
        for (operator, expected) in [("<", number < limit), ("<=", number <= limit), (">", number > limit), (">=", number >= limit)] {
            let pattern = Pattern::parse(&json!({"n": [{"numeric": [operator, limit]}]})).expect("one side");
            prop_assert_eq!(pattern.matches(&json!({ "n": number })), expected, "{} {} {}", number, operator, limit);
        }
    }

    #[test]
    fn cidr_agrees_with_division(network in any::<u32>(), address in any::<u32>(), near in any::<bool>(), bits in 0u32..32) {
        let address = if near { network ^ (address >> 24) } else { address };
        let [network, address] = [network, address].map(core::net::Ipv4Addr::from_bits);
        let size = 1u64 << (32 - bits);
        let same_block = u64::from(network.to_bits()) / size == u64::from(address.to_bits()) / size;
        let pattern = Pattern::parse(&json!({"ip": [{"cidr": format!("{network}/{bits}")}]})).expect("a block");
        prop_assert_eq!(pattern.matches(&json!({ "ip": address.to_string() })), same_block);
    }

    #[test]
    fn whatever_is_watched_gives_a_pattern_or_a_reason(
        events in vec(".{0,24}|[A-Z][a-z]{2,9}UserPool", 0..3),
        user_pools in vec(".{0,12}|[a-z]{2}_[A-Z0-9]{9}", 0..3),
        clients in vec(".{0,12}|[a-z0-9]{26}", 0..3),
    ) {
        match (Watch { events, user_pools, clients, ..Watch::default() }).to_value() {
            Ok(pattern) => { Pattern::parse(&pattern).expect("what Watch makes is valid"); }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}

#[test]
fn unbounded_is_really_unbounded() {
    let range = (Bound::<f64>::Unbounded, Bound::Excluded(0.0));
    let pattern = Pattern::parse(&json!({"n": [{"numeric": ["<", 0]}]})).expect("one side");
    for number in [f64::MIN, -f64::MIN_POSITIVE] {
        assert!(std::ops::RangeBounds::contains(&range, &number));
        assert!(pattern.matches(&json!({ "n": number })));
    }
}

#[test]
fn deep_nesting_ends_quietly() {
    let deep = (0..1_000).fold(json!("x"), |inner, level| {
        if level % 2 == 0 {
            Value::Array(vec![inner])
        } else {
            Value::Object(Map::from_iter([("a".to_owned(), inner)]))
        }
    });
    let pattern = Pattern::parse(&json!({"a": [{"exists": true}]})).expect("exists");
    assert!(!pattern.matches(&deep));
    assert_eq!(Pattern::parse(&deep).expect_err("too deep").reason, "Nested too deeply");
}

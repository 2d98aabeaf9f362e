//! Whether one filter lets through only what another one does, as it is when somebody types on.

use super::{
    Filter,
    lex::Op,
    term::{Term, Test},
};

impl Filter {
    /// Whether everything that this filter holds for is surely something that the other one holds for. That it says no proves
    /// nothing.
    pub fn narrows(&self, other: &Self) -> bool {
        // Asked for a class, a path or value may be of a row that it is not looked for in otherwise.
        let mut classes = self.terms.iter().filter(|term| matches!(term.test, Test::Class(_)));
        !self.is_relative()
            && !other.is_relative()
            && classes.all(|term| other.terms.contains(term))
            && other.terms.iter().all(|wide| self.terms.iter().any(|term| term.narrows(wide)))
    }
}

impl Term {
    /// Whether it is the other one, or asks for longer texts in the same place.
    fn narrows(&self, other: &Self) -> bool {
        let is_text = matches!(self.test, Test::Word(_) | Test::Text(..) | Test::Path(_) | Test::Value(_));
        let asks = |term: &Self| (term.negated, term.key, term.op);
        self == other
            || is_text
                && asks(self) == asks(other)
                && (self.negated, self.op) == (false, Op::Has)
                && self.values.iter().all(|value| other.values.iter().any(|part| has(value, part)))
    }
}

/// Whether whatever has the text has the part.
fn has(text: &str, part: &str) -> bool {
    // The two kinds are looked for in different ways, which differ in letters such as the Kelvin sign.
    text.is_ascii() == part.is_ascii() && text.to_lowercase().contains(&part.to_lowercase())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("web", "web", true)]
    #[case("WEB-s", "eb", true)]
    #[case("we", "web", false)]
    #[case("web sev:high", "web", true)]
    #[case("web", "web sev:high", false)]
    #[case("client:web-shop", "client:web", true)]
    #[case("client=web-shop", "client:web", false)]
    #[case("client:web-shop", "web", false)]
    #[case("client:web-shop,web-x", "client:web,other", true)]
    #[case("client:web-shop,x", "client:web,other", false)]
    #[case("-web-shop", "-web", false)]
    #[case("-web x", "-web", true)]
    #[case("path:scopes class:reset", "path:scope class:reset", true)]
    #[case("path:scopes class:unchanged", "path:scope", false)]
    #[case("since:1h web", "since:1h", false)]
    #[case("ip:198.51.100.7", "ip:198.51", false)]
    #[case("kö", "k", false)]
    #[case("x", "", true)]
    fn tells_when_nothing_new_can_match(#[case] one: &str, #[case] other: &str, #[case] expected: bool) {
        let [one, other] = [one, other].map(|text| Filter::parse(text).expect("a filter"));
        assert_eq!(one.narrows(&other), expected);
    }
}

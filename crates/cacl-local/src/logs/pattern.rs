//! Filter patterns for lines of any text: terms, quoted phrases, `-without` and `?any`, all case-sensitive.
//!
//! Absent: patterns for JSON (`{ $.a = 1 }`), for space-separated fields (`[a, b]`) and regular expressions (`%…%`);
//! they are refused.

/// A parsed filter pattern; an empty one takes every line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FilterPattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl FilterPattern {
    /// None if the pattern is not one of ours, or not one at all.
    pub fn parse(pattern: &str) -> Option<Self> {
        let mut parsed = Self::default();
        let mut rest = pattern.trim();
        while !rest.is_empty() {
            let (terms, after) = match rest.as_bytes()[0] {
                b'?' => (&mut parsed.any, &rest[1..]),
                b'-' => (&mut parsed.none, &rest[1..]),
                b'{' | b'[' | b'%' => return None,
                _ => (&mut parsed.all, rest),
            };
            let (term, after) = if let Some(quoted) = after.strip_prefix('"') {
                phrase(quoted)?
            } else {
                let end = after.find(char::is_whitespace).unwrap_or(after.len());
                (after[..end].to_owned(), &after[end..])
            };
            if term.is_empty() {
                return None;
            }
            terms.push(term);
            rest = after.trim_start();
        }
        Some(parsed)
    }

    /// Whether a line has what it must and has not what it may not.
    pub fn matches(&self, line: &str) -> bool {
        self.all.iter().all(|term| line.contains(term))
            && (self.any.is_empty() || self.any.iter().any(|term| line.contains(term)))
            && !self.none.iter().any(|term| line.contains(term))
    }
}

/// Up to the closing quote; `\"` is a quote.
fn phrase(quoted: &str) -> Option<(String, &str)> {
    let mut phrase = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((phrase, &quoted[at + 1..])),
            '\\' => phrase.push(letters.next()?.1),
            other => phrase.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_phrases_exclusions_and_alternatives() {
        let line = r#"{"level":"INFO","name":"Update User"} done"#;
        let table = [
            ("", true),
            ("done", true),
            ("done INFO", true),
            ("done ERROR", false),
            ("Done", false),
            ("\"Update User\"", true),
            ("\"User Update\"", false),
            (r#""\"level\":\"INFO\"""#, true),
            ("done -INFO", false),
            ("-ERROR", true),
            ("?ERROR ?INFO", true),
            ("?ERROR ?WARN", false),
        ];
        for (pattern, expected) in table {
            let parsed = FilterPattern::parse(pattern).expect(pattern);
            assert_eq!(parsed.matches(line), expected, "{pattern}");
        }
        for refused in ["{ $.level = INFO }", "[a, b]", "\"open", "-", "%re%"] {
            assert_eq!(FilterPattern::parse(refused), None, "{refused}");
        }
    }
}

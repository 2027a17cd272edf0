//! Patterns of literals, `*` (any run of characters, empty too) and `?` (exactly one).

/// A pattern, ready to be matched.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    tokens: Vec<Token>,
}

/// One element of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Token {
    Literal(char),
    AnyOne,
    AnyRun,
}

impl Pattern {
    /// The pattern that `text` spells, in which `*` and `?` are wildcards.
    pub fn parse(text: &str) -> Self {
        let mut pattern = Self { tokens: Vec::new() };
        pattern.push_wild(text);
        pattern
    }

    /// The pattern that matches `text` and nothing else.
    pub fn literal(text: &str) -> Self {
        let mut pattern = Self { tokens: Vec::new() };
        pattern.push_literal(text);
        pattern
    }

    /// Whether it matches every text.
    pub fn is_everything(&self) -> bool {
        self.tokens == [Token::AnyRun]
    }

    /// The text before its first wildcard.
    pub fn prefix(&self) -> String {
        let literals = self.tokens.iter().map_while(|token| match token {
            Token::Literal(char) => Some(*char),
            Token::AnyOne | Token::AnyRun => None,
        });
        literals.collect()
    }

    /// Whether it matches the whole of `text`.
    pub fn matches(&self, text: &str) -> bool {
        if self.is_everything() {
            return true;
        }
        let mut rest = text.chars();
        let mut at = 0;
        // Where to go on after the last `*`: the token behind it, and the text it has not taken.
        let mut retry = None;
        loop {
            let is_step = match self.tokens.get(at) {
                Some(Token::AnyRun) => {
                    retry = Some((at + 1, rest.clone()));
                    true
                }
                Some(Token::AnyOne) => rest.next().is_some(),
                Some(Token::Literal(expected)) => {
                    let mut ahead = rest.clone();
                    let is_equal = ahead.next() == Some(*expected);
                    if is_equal {
                        rest = ahead;
                    }
                    is_equal
                }
                None if rest.as_str().is_empty() => return true,
                None => false,
            };
            if is_step {
                at += 1;
                continue;
            }
            let Some((token, from)) = &mut retry else {
                return false;
            };
            if from.next().is_none() {
                return false;
            }
            (at, rest) = (*token, from.clone());
        }
    }

    /// Whether it matches `text` without regard to case.
    pub fn matches_ignoring_case(&self, text: &str) -> bool {
        let lower = self.tokens.iter().flat_map(|token| match token {
            Token::Literal(char) => char.to_lowercase().map(Token::Literal).collect(),
            wildcard => vec![*wildcard],
        });
        let pattern = Self {
            tokens: lower.collect(),
        };
        pattern.matches(&text.to_lowercase())
    }

    /// How many colons it has, those that its wildcards may run over aside.
    pub fn colons(&self) -> usize {
        let tokens = self.tokens.iter();
        tokens.filter(|it| **it == Token::Literal(':')).count()
    }

    pub(super) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Appends text whose `*` and `?` are wildcards; runs of `*` are one.
    pub(super) fn push_wild(&mut self, text: &str) {
        for char in text.chars() {
            match char {
                '*' if self.tokens.last() == Some(&Token::AnyRun) => {}
                '*' => self.tokens.push(Token::AnyRun),
                '?' => self.tokens.push(Token::AnyOne),
                other => self.tokens.push(Token::Literal(other)),
            }
        }
    }

    /// Appends text that stands for itself.
    pub(super) fn push_literal(&mut self, text: &str) {
        self.tokens.extend(text.chars().map(Token::Literal));
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use proptest::prelude::*;

    #[test]
    fn wildcards_match_runs_and_single_characters() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*", "a", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("?", "é", true),
            ("arn:aws:iam::*", "arn:aws:iam::1:user/a/b", true),
            ("*ab*ab", "abab", true),
            ("*a?", "aa", true),
            ("*a?", "a", false),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(
                Pattern::parse(pattern).matches(text),
                expected,
                "{pattern} {text}"
            );
        }
        assert!(Pattern::literal("a*").matches("a*"));
        assert!(!Pattern::literal("a*").matches("ab"));
    }

    /// The definition, slow.
    fn defined(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some(('*', rest)), None) => defined(rest, text),
            (Some(('*', rest)), Some((_, tail))) => defined(rest, text) || defined(pattern, tail),
            (Some(_), None) => false,
            (Some((one, rest)), Some((char, tail))) => {
                (*one == '?' || one == char) && defined(rest, tail)
            }
        }
    }

    proptest! {
        #[test]
        fn matching_is_as_defined(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(
                Pattern::parse(&pattern).matches(&text),
                defined(&chars(&pattern), &chars(&text))
            );
        }
    }
}

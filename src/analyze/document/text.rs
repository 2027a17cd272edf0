//! Text of a policy that may hold variables: `${aws:username}`, `${key, 'default'}`, `${*}`.

use super::pattern::Pattern;

/// A text of a Resource element or of a condition value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text as written.
    pub written: String,
    form: Form,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    /// Without variables.
    Fixed(Pattern),
    Variable(Vec<Part>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Text with wildcards, where those count.
    Wild(String),
    Literal(String),
    Variable {
        /// The condition key, in lower case.
        key: String,
        default: Option<String>,
    },
}

/// What a variable stands for in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// Its value.
    Value(String),
    /// The request has no such key.
    Absent,
    /// Whether the request has the key, or with which value, is not known.
    Unknown,
}

/// A text with its variables replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// The pattern.
    Pattern(Pattern),
    /// A variable has no value, so the statement does not match.
    Unresolvable,
    /// The value of this key is not known.
    Unknown(String),
}

impl Text {
    /// Reads `text`; variables count `with_variables` (Version 2012-10-17), `*` and `?` count
    /// `with_wildcards`.
    pub fn parse(text: &str, with_variables: bool, with_wildcards: bool) -> Self {
        let parts = match with_variables && text.contains("${") {
            true => parts(text, with_wildcards),
            false => vec![plain(text, with_wildcards)],
        };
        let has_variables = parts
            .iter()
            .any(|part| matches!(part, Part::Variable { .. }));
        let form = match has_variables {
            true => Form::Variable(parts),
            false => Form::Fixed(fixed(&parts)),
        };
        Self {
            written: text.to_owned(),
            form,
        }
    }

    /// The pattern, if it has no variables.
    pub fn fixed(&self) -> Option<&Pattern> {
        match &self.form {
            Form::Fixed(pattern) => Some(pattern),
            Form::Variable(_) => None,
        }
    }

    /// The keys of its variables, in lower case.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let parts = match &self.form {
            Form::Fixed(_) => &[],
            Form::Variable(parts) => parts.as_slice(),
        };
        parts.iter().filter_map(|part| match part {
            Part::Variable { key, .. } => Some(key.as_str()),
            Part::Wild(_) | Part::Literal(_) => None,
        })
    }

    /// A value of the variable `key` with which `text` matches, and `value_of` in place of the
    /// others; `None` if there is none, or if the variable comes twice.
    pub fn value_for(
        &self,
        key: &str,
        text: &str,
        value_of: impl Fn(&str) -> Variable,
    ) -> Option<String> {
        let Form::Variable(parts) = &self.form else {
            return None;
        };
        let is_asked = |part: &Part| matches!(part, Part::Variable { key: it, .. } if it == key);
        let at = parts.iter().position(is_asked)?;
        let (before, behind) = (parts.get(..at)?, parts.get(at + 1..)?);
        if behind.iter().any(is_asked) {
            return None;
        }
        let pattern = |parts: &[Part]| match resolved(parts, &value_of) {
            Resolved::Pattern(pattern) => Some(pattern),
            Resolved::Unresolvable | Resolved::Unknown(_) => None,
        };
        let (before, behind) = (pattern(before)?, pattern(behind)?);
        let ends = || (0..=text.len()).filter(|end| text.is_char_boundary(*end));
        let from = ends().find(|end| text.get(..*end).is_some_and(|it| before.matches(it)))?;
        let to = ends().filter(|end| *end >= from).rev();
        let to = to
            .into_iter()
            .find(|end| text.get(*end..).is_some_and(|it| behind.matches(it)))?;
        text.get(from..to).map(str::to_owned)
    }

    /// The pattern with `value_of` in place of each variable.
    pub fn resolve(&self, value_of: impl Fn(&str) -> Variable) -> Resolved {
        let parts = match &self.form {
            Form::Fixed(pattern) => return Resolved::Pattern(pattern.clone()),
            Form::Variable(parts) => parts,
        };
        resolved(parts, &value_of)
    }
}

fn resolved(parts: &[Part], value_of: &impl Fn(&str) -> Variable) -> Resolved {
    let mut pattern = Pattern::parse("");
    for part in parts {
        match part {
            Part::Wild(text) => pattern.push_wild(text),
            Part::Literal(text) => pattern.push_literal(text),
            Part::Variable { key, default } => match (value_of(key), default) {
                (Variable::Value(value), _) => pattern.push_literal(&value),
                (Variable::Absent, Some(default)) => pattern.push_literal(default),
                (Variable::Absent, None) => return Resolved::Unresolvable,
                (Variable::Unknown, _) => return Resolved::Unknown(key.clone()),
            },
        }
    }
    Resolved::Pattern(pattern)
}

fn plain(text: &str, with_wildcards: bool) -> Part {
    match with_wildcards {
        true => Part::Wild(text.to_owned()),
        false => Part::Literal(text.to_owned()),
    }
}

fn fixed(parts: &[Part]) -> Pattern {
    let mut pattern = Pattern::parse("");
    for part in parts {
        match part {
            Part::Wild(text) => pattern.push_wild(text),
            Part::Literal(text) => pattern.push_literal(text),
            Part::Variable { .. } => {}
        }
    }
    pattern
}

fn parts(text: &str, with_wildcards: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, behind)) = after.split_once('}') else {
            break;
        };
        parts.push(plain(before, with_wildcards));
        parts.push(part(inside));
        rest = behind;
    }
    parts.push(plain(rest, with_wildcards));
    parts
}

fn part(inside: &str) -> Part {
    if matches!(inside, "*" | "?" | "$") {
        return Part::Literal(inside.to_owned());
    }
    let (key, default) = match inside.split_once(',') {
        Some((key, default)) => {
            let default = default.trim();
            let unquoted = default
                .strip_prefix('\'')
                .and_then(|it| it.strip_suffix('\''));
            (key, Some(unquoted.unwrap_or(default).to_owned()))
        }
        None => (inside, None),
    };
    Part::Variable {
        key: key.trim().to_ascii_lowercase(),
        default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_put_in_for_a_variable_is_no_pattern() {
        let text = Text::parse("user/*${aws:username}", true, true);
        let resolved = text.resolve(|key| {
            assert_eq!(key, "aws:username");
            Variable::Value("a*".to_owned())
        });
        let Resolved::Pattern(pattern) = resolved else {
            panic!("{resolved:?}");
        };
        assert!(pattern.matches("user/x/a*"));
        assert!(!pattern.matches("user/abc"));
    }

    #[test]
    fn defaults_stand_in_for_absent_keys_alone() {
        let text = Text::parse("${aws:PrincipalTag/team, 'none'}", true, true);
        let absent = text.resolve(|_| Variable::Absent);
        assert_eq!(absent, Resolved::Pattern(Pattern::literal("none")));
        let unknown = text.resolve(|_| Variable::Unknown);
        assert_eq!(
            unknown,
            Resolved::Unknown("aws:principaltag/team".to_owned())
        );
        let bare = Text::parse("${aws:username}", true, true);
        assert_eq!(bare.resolve(|_| Variable::Absent), Resolved::Unresolvable);
    }

    #[test]
    fn escapes_and_old_versions_are_literal() {
        let star = Text::parse("a${*}", true, true);
        assert_eq!(star.fixed(), Some(&Pattern::literal("a*")));
        let old = Text::parse("a${aws:username}", false, true);
        assert!(old.fixed().is_some_and(|it| it.matches("a${aws:username}")));
        let unclosed = Text::parse("a${aws:username", true, true);
        assert!(
            unclosed
                .fixed()
                .is_some_and(|it| it.matches("a${aws:username"))
        );
    }
}

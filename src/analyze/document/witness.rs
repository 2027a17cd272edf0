//! A text that two patterns both match: proof that something is covered by each of them.

use super::pattern::{Pattern, Token};

/// What stands where any text would do: no policy names it.
const FILLER: &str = "rollcall-any";
/// The longest ARN that AWS has. A pattern is longer where variables stand for long tags.
const CHARS_MAX: usize = 2_048;

/// `text` with `*` where any text would do; also at its end, where only the beginning was asked for.
pub fn with_wildcards(text: &str) -> String {
    let mut shown = text.replace(FILLER, "*");
    if shown.ends_with([':', '/']) {
        shown.push('*');
    }
    shown
}

/// A text that both patterns match, or `None` if there is none, or none as short as ARNs are.
///
/// Where both leave a run open, the text has a word that neither names, so that a third pattern
/// matches it only if it is open there as well.
pub fn witness(a: &Pattern, b: &Pattern) -> Option<String> {
    let (a, b) = (a.tokens(), b.tokens());
    let is_short = |tokens: &[Token]| {
        let chars = tokens.iter().filter(|it| **it != Token::AnyRun);
        chars.count() <= CHARS_MAX
    };
    if !is_short(a) || !is_short(b) {
        return None;
    }
    let width = b.len() + 1;
    let mut dead = vec![false; (a.len() + 1) * width];
    let mut text = String::new();
    // As deep as both patterns are long, which is too deep for a thread's stack.
    let mut steps = vec![Step::default()];
    while let Some(step) = steps.last_mut() {
        text.truncate(step.text_len);
        if (step.i, step.j) == (a.len(), b.len()) {
            return Some(text);
        }
        let ways = ways(a, b, step);
        let Some(way) = ways.into_iter().flatten().nth(step.tried) else {
            dead[step.i * width + step.j] = true;
            steps.pop();
            continue;
        };
        step.tried += 1;
        if !dead[way.i * width + way.j] {
            match way.text {
                Written::Nothing => {}
                Written::Filler => text.push_str(FILLER),
                Written::Char(char) => text.push(char),
            }
            steps.push(Step {
                i: way.i,
                j: way.j,
                is_filled: way.is_filled,
                tried: 0,
                text_len: text.len(),
            });
        }
    }
    None
}

/// The search for a text that the rests of both patterns match.
#[derive(Default)]
struct Step {
    /// Where the rests begin.
    i: usize,
    j: usize,
    /// Whether the text has the filler just before.
    is_filled: bool,
    /// How many ways on were tried.
    tried: usize,
    text_len: usize,
}

/// A way on, and what it adds to the text.
struct Way {
    text: Written,
    i: usize,
    j: usize,
    is_filled: bool,
}

enum Written {
    Nothing,
    Filler,
    Char(char),
}

/// The ways on from `step`, in the order in which they are tried.
fn ways(a: &[Token], b: &[Token], step: &Step) -> [Option<Way>; 2] {
    use Token::{AnyOne, AnyRun, Literal};
    let (i, j, is_filled) = (step.i, step.j, step.is_filled);
    let way = |text, i, j, is_filled| {
        Some(Way {
            text,
            i,
            j,
            is_filled,
        })
    };
    let skip = |i, j| way(Written::Nothing, i, j, is_filled);
    let char = |char, i, j, is_filled| way(Written::Char(char), i, j, is_filled);
    let filler = |i, j| match is_filled {
        true => way(Written::Nothing, i, j, true),
        false => way(Written::Filler, i, j, true),
    };
    match (a.get(i).copied(), b.get(j).copied()) {
        (Some(AnyRun), Some(AnyRun)) => [filler(i + 1, j), filler(i, j + 1)],
        (Some(AnyRun), None) => [way(Written::Nothing, i + 1, j, false), None],
        (None, Some(AnyRun)) => [way(Written::Nothing, i, j + 1, false), None],
        (None, _) | (_, None) => [None, None],
        (Some(AnyRun), Some(AnyOne)) => [char('x', i, j + 1, false), skip(i + 1, j)],
        (Some(AnyOne), Some(AnyRun)) => [char('x', i + 1, j, false), skip(i, j + 1)],
        (Some(AnyRun), Some(Literal(it))) => [skip(i + 1, j), char(it, i, j + 1, is_filled)],
        (Some(Literal(it)), Some(AnyRun)) => [skip(i, j + 1), char(it, i + 1, j, is_filled)],
        (Some(AnyOne), Some(AnyOne)) => [char('x', i + 1, j + 1, false), None],
        (Some(AnyOne), Some(Literal(it))) | (Some(Literal(it)), Some(AnyOne)) => {
            [char(it, i + 1, j + 1, false), None]
        }
        (Some(Literal(one)), Some(Literal(other))) if one == other => {
            [char(one, i + 1, j + 1, false), None]
        }
        (Some(Literal(_)), Some(Literal(_))) => [None, None],
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, witness};
    use proptest::prelude::*;

    #[test]
    fn a_witness_is_matched_by_both_and_names_nothing_that_is_open() {
        let of = |a: &str, b: &str| witness(&Pattern::parse(a), &Pattern::parse(b));
        let function = "arn:aws:lambda:*:123456789012:function:*";
        assert_eq!(of("*", "*").as_deref(), Some("rollcall-any"));
        assert_eq!(
            of("arn:aws:lambda:eu-west-1:*:function:dev-*", function).as_deref(),
            Some("arn:aws:lambda:eu-west-1:123456789012:function:dev-rollcall-any")
        );
        assert_eq!(of("arn:aws:s3:::*", function), None);
        assert_eq!(of("a?", "*b").as_deref(), Some("ab"));
        assert_eq!(of("", "a"), None);
    }

    /// What `find` makes in a thread whose stack is as small as threads have.
    fn in_a_small_stack<T: Send + 'static>(find: impl FnOnce() -> T + Send + 'static) -> T {
        let thread = std::thread::Builder::new().stack_size(128 * 1024);
        thread.spawn(find).unwrap().join().unwrap()
    }

    #[test]
    fn long_patterns_need_no_more_stack_than_short_ones() {
        let found = in_a_small_stack(|| {
            let open = format!("{}*", "a?".repeat(1_000));
            let of = |a: &str, b: &str| witness(&Pattern::parse(a), &Pattern::parse(b));
            (
                of(&open, "*b"),
                of(&open, &open),
                of(&"?*".repeat(1_000), &open),
            )
        });
        let (with_end, same, wild) = found;
        assert_eq!(
            with_end,
            Some(format!("{}rollcall-anyb", "ax".repeat(1_000)))
        );
        assert!(same.is_some() && wild.is_some());
    }

    #[test]
    fn what_is_longer_than_any_arn_has_no_witness_and_takes_no_time() {
        // As variables make it that stand for long tags.
        let found = in_a_small_stack(|| {
            let long = Pattern::parse(&"*a".repeat(20_000));
            let other = Pattern::parse(&format!("{}b", "*a".repeat(20_000)));
            (witness(&long, &other), witness(&long, &Pattern::parse("*")))
        });
        assert_eq!(found, (None, None));
    }

    proptest! {
        #[test]
        fn a_witness_is_found_exactly_where_there_is_one(
            a in "[ab*?]{0,5}", b in "[ab*?]{0,5}", text in "[ab]{0,5}",
        ) {
            let (a, b) = (Pattern::parse(&a), Pattern::parse(&b));
            match witness(&a, &b) {
                Some(found) => prop_assert!(a.matches(&found) && b.matches(&found), "{found}"),
                None => prop_assert!(!(a.matches(&text) && b.matches(&text))),
            }
        }
    }
}

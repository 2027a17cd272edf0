//! Events of others, as `rollcall validate` reads them.

use rollcall::foreign::Page;
use rollcall::validate::{Rules, Version, read};

use crate::seen::assert_seen;

/// Panics if `input` is not read to its end, has other problems when it is read again, or has one
/// that a person does not see all of.
pub fn check(input: &[u8]) {
    let versions = Version::ALL.map(Rules::Version);
    for rules in [Rules::OwnVersion, Rules::Sekoia]
        .into_iter()
        .chain(versions)
    {
        let problems = problems(input, rules);
        assert_eq!(problems, self::problems(input, rules));
        for problem in problems {
            assert_seen(Page::of(&problem).as_str(), &['\n', '\t']);
        }
    }
}

fn problems(input: &[u8], rules: Rules) -> Vec<String> {
    let mut all = Vec::new();
    // What is no gzip after all is an error of reading.
    let read = read(input, rules, |place, problems| {
        all.extend(problems.iter().map(|it| format!("{place}: {it:?}")));
        Ok(())
    });
    all.extend(read.err().map(|error| error.to_string()));
    all
}

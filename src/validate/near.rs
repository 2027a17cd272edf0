//! What an attribute that there is not may have been meant to be.

/// Names that are as like as this may be meant.
const LIKENESS_MIN: f64 = 0.85;
/// So many of them are named.
const NEAR_MAX: usize = 3;
/// No attribute has a longer name, nor one that is compared.
const NAME_LEN_MAX: usize = 64;

/// What belongs behind "not in this object": which of the `known` names `name` is like, or all of them
/// where it is like none.
pub(super) fn meant(name: &str, known: &[&str]) -> String {
    let likeness = |other: &str| match name.len() <= NAME_LEN_MAX {
        true => strsim::jaro_winkler(name, other),
        false => 0.0,
    };
    let mut near: Vec<(f64, &str)> = known.iter().map(|it| (likeness(it), *it)).collect();
    near.retain(|(likeness, _)| *likeness >= LIKENESS_MIN);
    near.sort_by(|one, other| other.0.total_cmp(&one.0));
    near.truncate(NEAR_MAX);
    match near.as_slice() {
        [] => format!(", which has {}", known.join(", ")),
        near => {
            let names: Vec<&str> = near.iter().map(|(_, name)| *name).collect();
            format!("; did you mean {}?", names.join(" or "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 5] = [
        "account",
        "email_addr",
        "groups",
        "risk_level",
        "risk_score",
    ];

    #[test]
    fn a_name_that_is_like_others_is_told_those_and_any_other_all_there_are() {
        assert_eq!(meant("emial_addr", &KNOWN), "; did you mean email_addr?");
        assert_eq!(
            meant("risk_leve", &KNOWN),
            "; did you mean risk_level or risk_score?"
        );
        let all = format!(", which has {}", KNOWN.join(", "));
        assert_eq!(meant("colour", &KNOWN), all);
        assert_eq!(meant(&"email_addr".repeat(1_000), &KNOWN), all);
    }
}

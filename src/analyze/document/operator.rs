//! The operators of conditions.

/// An operator with its qualifiers, as in `ForAllValues:StringNotLikeIfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// How many of the request's values have to match.
    pub quantifier: Option<Quantifier>,
    /// What is compared.
    pub comparison: Comparison,
    /// Whether no value may match.
    pub is_negated: bool,
    /// Whether a missing key makes it true.
    pub if_exists: bool,
}

/// The quantifiers for keys of many values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// ForAllValues.
    All,
    /// ForAnyValue.
    Any,
}

/// What an operator compares; negation is apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// StringEquals.
    String,
    /// StringEqualsIgnoreCase.
    StringIgnoreCase,
    /// StringLike.
    StringLike,
    /// NumericEquals and its kin.
    Numeric(Order),
    /// DateEquals and its kin.
    Date(Order),
    /// Bool.
    Bool,
    /// BinaryEquals.
    Binary,
    /// IpAddress.
    IpAddress,
    /// ArnEquals and ArnLike, which are one.
    Arn,
    /// Null.
    Null,
}

/// How a number or date stands to the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The same.
    Equal,
    /// Less.
    Less,
    /// Less, or the same.
    LessOrEqual,
    /// Greater.
    Greater,
    /// Greater, or the same.
    GreaterOrEqual,
}

impl Operator {
    /// The operator of that spelling, without regard to case.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (quantifier, rest) = match lower.split_once(':') {
            Some(("forallvalues", rest)) => (Some(Quantifier::All), rest),
            Some(("foranyvalue", rest)) => (Some(Quantifier::Any), rest),
            Some(_) => return None,
            None => (None, lower.as_str()),
        };
        let (name, if_exists) = match rest.strip_suffix("ifexists") {
            Some(name) => (name, true),
            None => (rest, false),
        };
        let (comparison, is_negated) = comparison(name)?;
        if comparison == Comparison::Null && (if_exists || quantifier.is_some()) {
            return None;
        }
        Some(Self {
            quantifier,
            comparison,
            is_negated,
            if_exists,
        })
    }
}

impl Comparison {
    /// Whether variables count in its values.
    pub fn has_variables(self) -> bool {
        matches!(
            self,
            Self::String | Self::StringIgnoreCase | Self::StringLike | Self::Arn
        )
    }

    /// Whether `*` and `?` count in its values.
    pub fn has_wildcards(self) -> bool {
        matches!(self, Self::StringLike | Self::Arn)
    }
}

fn comparison(name: &str) -> Option<(Comparison, bool)> {
    use Comparison::{Arn, Binary, Bool, Date, IpAddress, Null, Numeric};
    use Order::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    let found = match name {
        "stringequals" => (Comparison::String, false),
        "stringnotequals" => (Comparison::String, true),
        "stringequalsignorecase" => (Comparison::StringIgnoreCase, false),
        "stringnotequalsignorecase" => (Comparison::StringIgnoreCase, true),
        "stringlike" => (Comparison::StringLike, false),
        "stringnotlike" => (Comparison::StringLike, true),
        "numericequals" => (Numeric(Equal), false),
        "numericnotequals" => (Numeric(Equal), true),
        "numericlessthan" => (Numeric(Less), false),
        "numericlessthanequals" => (Numeric(LessOrEqual), false),
        "numericgreaterthan" => (Numeric(Greater), false),
        "numericgreaterthanequals" => (Numeric(GreaterOrEqual), false),
        "dateequals" => (Date(Equal), false),
        "datenotequals" => (Date(Equal), true),
        "datelessthan" => (Date(Less), false),
        "datelessthanequals" => (Date(LessOrEqual), false),
        "dategreaterthan" => (Date(Greater), false),
        "dategreaterthanequals" => (Date(GreaterOrEqual), false),
        "bool" => (Bool, false),
        "binaryequals" => (Binary, false),
        "ipaddress" => (IpAddress, false),
        "notipaddress" => (IpAddress, true),
        "arnequals" | "arnlike" => (Arn, false),
        "arnnotequals" | "arnnotlike" => (Arn, true),
        "null" => (Null, false),
        _ => return None,
    };
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualifiers_stand_around_the_operator() {
        let operator = Operator::parse("ForAllValues:StringNotLikeIfExists").unwrap();
        assert_eq!(operator.quantifier, Some(Quantifier::All));
        assert_eq!(operator.comparison, Comparison::StringLike);
        assert!(operator.is_negated && operator.if_exists);
        for wrong in ["StringEqual", "ForSome:Bool", "NullIfExists", "", "BoolIf"] {
            assert_eq!(Operator::parse(wrong), None, "{wrong}");
        }
    }
}

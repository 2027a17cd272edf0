//! Options of `audit`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

/// Options of `audit`.
#[derive(Debug, Clone, Args)]
pub struct AuditArgs {
    /// Saved records instead of those of AWS: output of `aws cloudtrail lookup-events`, or
    /// CloudTrail's own files, gzip or not, in any number
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub from: Vec<PathBuf>,
    /// Only this account; may be given several times
    #[arg(long = "account", value_name = "ID", conflicts_with = "from")]
    pub accounts: Vec<String>,
    /// Go on with what appears, until SIGINT or SIGTERM
    #[arg(long, conflicts_with_all = ["from", "until"])]
    pub follow: bool,
    /// Not before this: so long ago, such as 24h, a date, or a time such as 2026-11-20T10:00:00Z; of
    /// AWS, 24h unless given, or what still appears with --follow
    #[arg(long, value_name = "WHEN")]
    pub since: Option<When>,
    /// Not after this
    #[arg(long, value_name = "WHEN")]
    pub until: Option<When>,
    /// Only about this user: UserName, ARN or UserId
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Only calls by this one: name, ARN, id, access key, session, role or service
    #[arg(long, value_name = "WHO")]
    pub caller: Option<String>,
    /// Only calls that were signed with this access key
    #[arg(long, value_name = "ID")]
    pub key: Option<String>,
    /// Only this region; may be given several times [default: those of the configuration]
    #[arg(long = "region", value_name = "NAME")]
    pub regions: Vec<String>,
    /// Only this operation, such as CreateUser; may be given several times
    #[arg(long = "event", value_name = "NAME")]
    pub events: Vec<String>,
    /// Leave reads out
    #[arg(long)]
    pub writes: bool,
    /// Only calls that failed
    #[arg(long)]
    pub failed: bool,
    /// So many records at most, the newest ones: of AWS, no more is read than that takes
    #[arg(long, value_name = "COUNT", conflicts_with = "follow")]
    pub limit: Option<NonZeroUsize>,
    /// How records are written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub output: AuditOutput,
}

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AuditOutput {
    /// For people, by time.
    Table,
    /// OCSF events, one a line, in the order of the files, or in which they are read.
    Ocsf,
}

/// A moment, as people give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// So long ago.
    Ago(Duration),
    /// Then. A date alone is its first moment in UTC.
    At(OffsetDateTime),
}

impl When {
    /// The moment, as of `now`; `None` if it is before all time.
    pub fn as_of(self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        match self {
            Self::Ago(ago) => now.checked_sub(ago.try_into().ok()?),
            Self::At(at) => Some(at),
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) {
            return Ok(Self::At(at));
        }
        let date = format_description!("[year]-[month]-[day]");
        if let Ok(date) = Date::parse(text, &date) {
            return Ok(Self::At(date.midnight().assume_utc()));
        }
        humantime::parse_duration(text).map(Self::Ago).map_err(|_| {
            "give how long ago, such as 24h, a date such as 2026-11-20, or a time such as \
             2026-11-20T10:00:00Z"
                .to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_a_date_or_how_long_ago() {
        let now = OffsetDateTime::from_unix_timestamp(1_795_168_860).unwrap();
        let at = |text: &str| text.parse::<When>().unwrap().as_of(now).unwrap();
        assert_eq!((now - at("24h")).whole_hours(), 24);
        assert_eq!(at("2026-11-20").unix_timestamp(), 1_795_132_800);
        assert_eq!(at("2026-11-20T02:00:00+02:00"), at("2026-11-20"));
        for text in ["", "yesterday", "24", "2026-13-01"] {
            assert!(text.parse::<When>().unwrap_err().contains("24h"), "{text}");
        }
    }
}

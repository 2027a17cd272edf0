//! The credential report: made when asked for, frozen, and not made again for four hours.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::{SimAccount, SimUser};

/// How long AWS hands out the same report.
const LIFETIME: Duration = Duration::hours(4);

const HEADER: [&str; 23] = [
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
    "additional_credentials_info",
];

const NOT_APPLICABLE: &str = "N/A";
const FALSE: &str = "false";

/// A report as it was made.
#[derive(Clone, Debug)]
pub(crate) struct SimReport {
    pub(crate) generated_at: OffsetDateTime,
    pub(crate) csv: String,
}

impl SimReport {
    /// The report on `account` as it is now, dated `generated_at`: it does not know users that
    /// were created later.
    pub(crate) fn of(account: &SimAccount, generated_at: OffsetDateTime) -> Self {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(HEADER).expect("memory takes all");
        csv.write_record(root(account))
            .expect("as many as in the header");
        for user in account.users.values() {
            if user.created_at <= generated_at {
                csv.write_record(row(account, user))
                    .expect("as many as in the header");
            }
        }
        let csv = csv.into_inner().expect("memory takes all");
        Self {
            generated_at,
            csv: String::from_utf8(csv).expect("what was text stays text"),
        }
    }

    pub(super) fn is_expired(&self, now: OffsetDateTime) -> bool {
        now - self.generated_at > LIFETIME
    }
}

fn root(account: &SimAccount) -> Vec<String> {
    let mut row = vec![
        "<root_account>".to_owned(),
        account.arn("root"),
        date(account.created_at),
    ];
    let password = [
        "not_supported",
        "no_information",
        "not_supported",
        "not_supported",
    ];
    row.extend(password.map(str::to_owned));
    row.push(account.root_mfa.to_string());
    row.extend(no_key());
    row.extend(no_key());
    row.extend(no_certificates());
    row
}

fn row(account: &SimAccount, user: &SimUser) -> Vec<String> {
    let mut row = vec![
        user.name.clone(),
        account.user_arn(user),
        date(user.created_at),
    ];
    row.extend(match user.password {
        Some(password) => [
            "true".to_owned(),
            password.last_used.map_or("no_information".to_owned(), date),
            date(password.changed_at),
            NOT_APPLICABLE.to_owned(),
        ],
        None => [FALSE, NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE].map(str::to_owned),
    });
    row.push((!user.mfa.is_empty()).to_string());
    let mut keys = user.keys.values();
    for _slot in 1..=2 {
        row.extend(keys.next().map_or_else(no_key, key));
    }
    let mut certificates = user.certificates.iter();
    for _slot in 1..=2 {
        let certificate = certificates.next();
        row.push(certificate.is_some_and(|it| it.active).to_string());
        let rotated_at = certificate.and_then(|it| it.rotated_at);
        row.push(rotated_at.map_or(NOT_APPLICABLE.to_owned(), date));
    }
    row.push(NOT_APPLICABLE.to_owned());
    if let (Some(said), Some(last)) = (&user.more_keys, row.last_mut()) {
        last.clone_from(said);
    }
    row
}

fn key(key: &rollcall::model::AccessKey) -> [String; 5] {
    let used = key.last_used.as_ref();
    let or_none = |text: Option<String>| text.unwrap_or_else(|| NOT_APPLICABLE.to_owned());
    [
        key.active.to_string(),
        or_none(key.rotated_at.map(date)),
        or_none(used.map(|used| date(used.at))),
        or_none(used.and_then(|used| used.region.clone())),
        or_none(used.and_then(|used| used.service.clone())),
    ]
}

fn no_key() -> [String; 5] {
    let not_applicable = NOT_APPLICABLE;
    [
        FALSE,
        not_applicable,
        not_applicable,
        not_applicable,
        not_applicable,
    ]
    .map(str::to_owned)
}

fn no_certificates() -> [String; 5] {
    [FALSE, NOT_APPLICABLE, FALSE, NOT_APPLICABLE, NOT_APPLICABLE].map(str::to_owned)
}

fn date(at: OffsetDateTime) -> String {
    let whole = at.replace_nanosecond(0).expect("zero is a nanosecond");
    let text = whole.format(&Rfc3339).expect("a year of four digits");
    text.replace('Z', "+00:00")
}

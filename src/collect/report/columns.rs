//! The columns of a report, found by name in its header.

use csv::StringRecord;

/// A column by name, and where it is, if the report has it.
pub(super) struct Column {
    pub(super) name: String,
    at: Option<usize>,
}

/// The columns that facts are read from.
pub(super) struct Columns {
    pub(super) user: Column,
    pub(super) arn: Column,
    pub(super) user_creation_time: Column,
    pub(super) mfa_active: Column,
    pub(super) password_enabled: Column,
    pub(super) password_last_changed: Column,
    pub(super) password_last_used: Column,
    pub(super) additional_credentials_info: Column,
    /// One for each access key that a row has room for.
    pub(super) access_keys: Vec<KeyColumns>,
    /// One for each signing certificate that a row has room for.
    pub(super) certificates: Vec<CertificateColumns>,
}

/// The columns about one signing certificate.
pub(super) struct CertificateColumns {
    pub(super) active: Column,
    pub(super) last_rotated: Column,
}

/// The columns about one access key.
pub(super) struct KeyColumns {
    pub(super) active: Column,
    pub(super) last_rotated: Column,
    pub(super) last_used_date: Column,
    pub(super) last_used_service: Column,
    pub(super) last_used_region: Column,
}

impl Column {
    fn of(header: &StringRecord, name: impl Into<String>) -> Self {
        let name = name.into();
        let at = header.iter().position(|it| it == name);
        Self { name, at }
    }

    /// The cell of `record`; `None` where the report has no such column.
    pub(super) fn cell<'r>(&self, record: &'r StringRecord) -> Option<&'r str> {
        record.get(self.at?)
    }
}

impl Columns {
    /// The columns of `header`; `None` where it has no `user` and `arn`.
    pub(super) fn of(header: &StringRecord) -> Option<Self> {
        let column = |name: &str| Column::of(header, name);
        let columns = Self {
            user: column("user"),
            arn: column("arn"),
            user_creation_time: column("user_creation_time"),
            mfa_active: column("mfa_active"),
            password_enabled: column("password_enabled"),
            password_last_changed: column("password_last_changed"),
            password_last_used: column("password_last_used"),
            additional_credentials_info: column("additional_credentials_info"),
            access_keys: (1..)
                .map(|slot| KeyColumns::of(header, slot))
                .take_while(|columns| columns.active.at.is_some())
                .collect(),
            certificates: (1..)
                .map(|slot| CertificateColumns::of(header, slot))
                .take_while(|columns| columns.active.at.is_some())
                .collect(),
        };
        (columns.user.at.is_some() && columns.arn.at.is_some()).then_some(columns)
    }
}

impl CertificateColumns {
    fn of(header: &StringRecord, slot: u32) -> Self {
        let column = |what: &str| Column::of(header, format!("cert_{slot}_{what}"));
        Self {
            active: column("active"),
            last_rotated: column("last_rotated"),
        }
    }
}

impl KeyColumns {
    fn of(header: &StringRecord, slot: u32) -> Self {
        let column = |what: &str| Column::of(header, format!("access_key_{slot}_{what}"));
        Self {
            active: column("active"),
            last_rotated: column("last_rotated"),
            last_used_date: column("last_used_date"),
            last_used_service: column("last_used_service"),
            last_used_region: column("last_used_region"),
        }
    }
}

//! Which fields of users are written.

use crate::cli::{QueryOutput, UsersListArgs};
use crate::commands::setup::UsageError;
use crate::queries::{Columns, no_such_field};

/// Which fields are written.
pub(super) enum Shape {
    /// As it is for users who are there.
    Usual,
    /// These columns of a table or of CSV.
    Columns(Columns),
    /// These fields of JSON.
    Fields(Vec<String>),
}

impl Shape {
    /// The fields that `args` ask for, if there are such.
    pub(super) fn of(args: &UsersListArgs) -> Result<Self, UsageError> {
        match (args.from.output, args.fields.as_slice()) {
            (QueryOutput::Ocsf, _) if args.deleted => {
                let why = "--deleted has no OCSF events: an inventory event says that a user is there; \
                           give --output json, ndjson, csv or table";
                Err(UsageError(why.to_owned()))
            }
            (QueryOutput::Ocsf, [_, ..]) => {
                let why = "--fields is not for OCSF events, whose fields are those of their class; give \
                           --output json, ndjson, csv or table";
                Err(UsageError(why.to_owned()))
            }
            (QueryOutput::Table | QueryOutput::Csv, []) if args.deleted => {
                Ok(Self::Columns(Columns::every(true)))
            }
            (_, []) => Ok(Self::Usual),
            (QueryOutput::Table | QueryOutput::Csv, names) => {
                Columns::of(names).map(Self::Columns).map_err(UsageError)
            }
            (_, names) => match no_such_field(names) {
                Some(why) => Err(UsageError(why)),
                None => Ok(Self::Fields(names.to_vec())),
            },
        }
    }
}

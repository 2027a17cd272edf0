//! The account's root user: an inventory entry of its own, which the credential report alone has.

use super::report::ReportRow;
use crate::model::{Fact, Mfa, User};

/// The name that IAM's report gives the root user, without its brackets.
const NAME: &str = "root_account";

/// A fact that the report has no value for, such as the root user's password.
fn not_reported<T>() -> Fact<T> {
    Fact::not_collected("not told by the credential report")
}

/// The root user that `row` is about; `None` if the row does not say when it was created.
///
/// It can be in no group, has no tags, no policies, and no credentials of CodeCommit or of other
/// single services: AWS does not allow any.
pub(super) fn user(row: &ReportRow, mfa: Fact<Mfa>) -> Option<User> {
    let source = &row.source;
    let created_at = row.user_created_at?;
    Some(User {
        name: NAME.to_owned(),
        id: row.arn.account_id().to_owned(),
        arn: row.arn.clone(),
        path: "/".to_owned(),
        created_at,
        password_last_used: match row.password_last_used {
            Some(used) => Fact::known(used, source),
            None => not_reported(),
        },
        tags: Fact::known(Vec::new(), source),
        groups: Fact::known(Vec::new(), source),
        attached_policies: Fact::known(Vec::new(), source),
        inline_policies: Fact::known(Vec::new(), source),
        permissions_boundary: Fact::known(None, source),
        mfa,
        console: match &row.console {
            Some(console) => Fact::known(console.clone(), source),
            None => not_reported(),
        },
        access_keys: match &row.access_keys {
            Some(keys) => Fact::known(keys.clone(), source),
            None => not_reported(),
        },
        service_specific_credentials: Fact::known(Vec::new(), source),
        signing_certificates: match &row.signing_certificates {
            Some(certificates) => Fact::known(certificates.clone(), source),
            None => not_reported(),
        },
        ssh_public_keys: Fact::known(Vec::new(), source),
    })
}

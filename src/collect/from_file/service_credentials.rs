//! Service-specific credentials by UserName, since the list has neither UserIds nor ARNs.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;

use super::entry::{Entry, Identity};
use super::kind;
use super::wire::{ListedCredential, ServiceCredentialsPage};
use crate::model::{Fact, Provenance, ServiceCredential};

/// The credentials of the files.
#[derive(Default)]
pub(super) struct ServiceCredentialTable {
    by_user_name: BTreeMap<String, Vec<ServiceCredential>>,
    /// A file that holds the last page, if one does.
    last_page: Option<String>,
    names_several: bool,
}

impl ServiceCredentialTable {
    /// Adds a page of `list-service-specific-credentials`; returns the ids that came before.
    pub(super) fn add(
        &mut self,
        file: &str,
        page: ServiceCredentialsPage,
        cut_short: bool,
    ) -> Vec<String> {
        if !cut_short {
            self.last_page = Some(file.to_owned());
        }
        let mut repeated = Vec::new();
        for listed in page.credentials {
            let (user_name, credential) = read(listed);
            let of_user = self.by_user_name.entry(user_name).or_default();
            match of_user.iter_mut().find(|it| it.id == credential.id) {
                None => of_user.push(credential),
                Some(before) => {
                    repeated.push(credential.id.clone());
                    *before = credential;
                }
            }
        }
        self.names_several = self.by_user_name.len() > 1;
        repeated
    }

    /// Drops everything where the users are of several accounts, since the list does not say which
    /// one it is of; returns warnings, of lists that may be about one user as well.
    pub(super) fn drop_ambiguous(&mut self, users: &[Entry]) -> Option<String> {
        let file = self.last_page.as_ref()?;
        let accounts = users.iter().map(|user| user.identity.arn.account_id());
        if accounts.collect::<BTreeSet<_>>().len() > 1 {
            let warning = format!(
                "{file}: does not say of which account it is; it is left out: pass the files of \
                 one account at a time"
            );
            *self = Self::default();
            return Some(warning);
        }
        (!self.names_several).then(|| {
            format!(
                "{file}: names fewer than two users, as a list without --all-users does; it says \
                 nothing about any other user"
            )
        })
    }

    /// Takes a user's credentials. A user that the list does not name has none if the list is of
    /// all users, and whole.
    pub(super) fn take(
        &mut self,
        user: &Identity,
        read_at: OffsetDateTime,
    ) -> Fact<Vec<ServiceCredential>> {
        let is_about = |it: &ServiceCredential| it.created_at >= user.created_at;
        let found = match (self.by_user_name.remove(&user.name), &self.last_page) {
            // An older one is of a deleted user of the same name.
            (Some(all), Some(_)) => Some(all).filter(|all| all.iter().all(is_about)),
            (None, Some(_)) if self.names_several => Some(Vec::new()),
            _ => None,
        };
        let source = Provenance {
            source: kind::SERVICE_CREDENTIALS.into(),
            as_of: read_at,
        };
        match found {
            Some(all) => Fact::known(all, &source),
            None => Fact::not_in_input(format!("{} --all-users", kind::SERVICE_CREDENTIALS)),
        }
    }

    /// A warning about credentials that nobody took.
    pub(super) fn unmatched(&self) -> Option<String> {
        let (name, _) = self.by_user_name.first_key_value()?;
        Some(format!(
            "{}: {name} is a user in no other file, and perhaps not the only one; such credentials \
             are left out: pass the files of one account, saved at one time",
            kind::SERVICE_CREDENTIALS
        ))
    }
}

/// The UserName, and the credential.
fn read(listed: ListedCredential) -> (String, ServiceCredential) {
    let names = [listed.service_user_name, listed.service_credential_alias];
    let credential = ServiceCredential {
        id: listed.service_specific_credential_id,
        service_name: listed.service_name,
        service_user_name: names.into_iter().flatten().find(|name| !name.is_empty()),
        status: listed.status,
        created_at: listed.create_date.0,
        expires_at: listed.expiration_date.map(|time| time.0),
    };
    (listed.user_name, credential)
}

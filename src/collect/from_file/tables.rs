//! What all files together have, gathered by user, group and ARN.

use std::collections::{BTreeMap, HashMap};

use super::document::{Content, Document};
use super::entry::{Entry, Identity};
use super::kind;
use super::mfa::MfaTable;
use super::pages::Pages;
use super::policies::PolicyTables;
use super::service_credentials::ServiceCredentialTable;
use super::wire::{DetailsPage, GroupDetail, UsersPage};
use crate::collect::report::{Report, ReportRow};
use crate::model::EntityKind;

/// Everything that was read so far. What comes twice (a user, a group, a report row) is taken
/// from the later file, with a warning.
#[derive(Default)]
pub(super) struct Tables {
    /// In the order of first appearance.
    pub(super) users: Vec<Entry>,
    positions: HashMap<String, usize>,
    /// Whether any file has a list of users, which may be empty.
    pub(super) lists_users: bool,
    /// By account id and name.
    pub(super) groups: HashMap<(String, String), GroupDetail>,
    pub(super) policies: PolicyTables,
    pub(super) mfa: MfaTable,
    pub(super) service_credentials: ServiceCredentialTable,
    /// By ARN.
    pub(super) report_rows: BTreeMap<String, ReportRow>,
    /// The root users of the reports' accounts, by ARN.
    pub(super) roots: BTreeMap<String, ReportRow>,
    pub(super) pages: Pages,
    pub(super) warnings: Vec<String>,
}

impl Tables {
    /// Adds what the pages `documents` of a file have.
    pub(super) fn add_all(&mut self, documents: Vec<Document>) {
        for document in documents {
            self.add(document);
        }
    }

    fn add(&mut self, document: Document) {
        let (file, cut_short) = (&document.file, document.cut_short);
        let repeated = match document.content {
            Content::Details(page) => {
                self.pages.note(kind::DETAILS, file, cut_short);
                self.add_details(file, page)
            }
            Content::Users(page) => {
                self.pages.note(kind::LIST_USERS, file, cut_short);
                self.add_users(file, &page)
            }
            Content::VirtualMfa(page) => {
                self.pages.note(kind::VIRTUAL_MFA, file, cut_short);
                self.mfa.add_virtual(page);
                Vec::new()
            }
            Content::Mfa(page) => {
                self.warnings
                    .extend(self.mfa.add_list(file, page, cut_short));
                Vec::new()
            }
            Content::ServiceControl(page) => {
                self.policies.add_service_control(page);
                Vec::new()
            }
            Content::ServiceCredentials(page) => {
                self.pages.note(kind::SERVICE_CREDENTIALS, file, cut_short);
                self.service_credentials.add(file, page, cut_short)
            }
            Content::Report(report) => self.add_report(report),
        };
        if let Some(first) = repeated.first() {
            self.warnings.push(format!(
                "{file}: {} of its entries came before, the first of them {first}; the later \
                 one is used: pass each file once",
                repeated.len()
            ));
        }
    }

    fn add_details(&mut self, file: &str, page: DetailsPage) -> Vec<String> {
        let mut repeated = Vec::new();
        self.lists_users |= page.user_detail_list.is_some();
        self.policies.add_policies(page.policies);
        if let Some(roles) = page.role_detail_list {
            self.policies.add_roles(roles);
        }
        for user in page.user_detail_list.into_iter().flatten() {
            self.policies.add_inline(
                (user.arn.account_id(), EntityKind::User, &user.user_id),
                &user.user_policy_list,
            );
            let Some(entry) = self.entry(file, Identity::from(&user)) else {
                continue;
            };
            if let Some(before) = entry.details.replace(user) {
                repeated.push(before.arn.to_string());
            }
        }
        for group in page.group_detail_list {
            let key = (group.arn.account_id().to_owned(), group.group_name.clone());
            self.policies.add_inline(
                (&key.0, EntityKind::Group, &key.1),
                group.group_policy_list.as_deref().unwrap_or_default(),
            );
            if let Some(before) = self.groups.insert(key, group) {
                repeated.push(before.arn.to_string());
            }
        }
        repeated
    }

    fn add_users(&mut self, file: &str, page: &UsersPage) -> Vec<String> {
        self.lists_users = true;
        let mut repeated = Vec::new();
        for user in &page.users {
            let Some(entry) = self.entry(file, Identity::from(user)) else {
                continue;
            };
            let used = user.password_last_used.map(|time| time.0);
            if entry.password_last_used.replace(used).is_some() {
                repeated.push(user.arn.to_string());
            }
        }
        repeated
    }

    /// The entry of a user, new or known; `None` where a later user has the same ARN.
    fn entry(&mut self, file: &str, identity: Identity) -> Option<&mut Entry> {
        let arn = identity.arn.as_str();
        let Some(index) = self.positions.get(arn) else {
            self.positions.insert(arn.to_owned(), self.users.len());
            self.users.push(Entry::new(identity));
            return self.users.last_mut();
        };
        let entry = self.users.get_mut(*index)?;
        if entry.identity.id != identity.id {
            self.warnings.push(format!(
                "{file}: {arn} has another UserId than in the files before: it was deleted and \
                 created again between them; the one created last is used"
            ));
            if identity.created_at <= entry.identity.created_at {
                return None;
            }
            *entry = Entry::new(identity);
        }
        Some(entry)
    }

    fn add_report(&mut self, report: Report) -> Vec<String> {
        self.warnings.extend(report.warnings);
        let mut repeated = Vec::new();
        let root = report.root.map(|row| (row.arn.to_string(), row));
        self.roots.extend(root);
        for row in report.rows {
            if let Some(before) = self.report_rows.insert(row.arn.to_string(), row) {
                repeated.push(before.arn.to_string());
            }
        }
        repeated
    }
}

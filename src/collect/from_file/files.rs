//! The source of users that saved files are.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::assemble::{self, Assembled};
use super::document::Document;
use super::error::FileError;
use super::tables::Tables;
use super::text;
use crate::collect::{Completeness, Enumeration, InventorySource, PolicySender};
use crate::model::{Snapshot, User};

/// Users from saved files, read and checked.
#[derive(Debug)]
pub struct FromFiles {
    pub(super) users: Vec<Arc<User>>,
    snapshots: Vec<Snapshot>,
    warnings: Vec<String>,
}

impl FromFiles {
    /// Reads the files at `paths`; facts are as of `read_at` where no file has its own time.
    ///
    /// The order of the paths matters twice: users come in the order of their first appearance,
    /// and of two entries about one user the later one is used, with a warning.
    pub fn load(paths: &[PathBuf], read_at: OffsetDateTime) -> Result<Self, FileError> {
        let mut tables = Tables::default();
        for path in paths {
            let file = path.display().to_string();
            let content = text::read(path).map_err(|source| FileError::Read {
                file: file.clone(),
                source,
            })?;
            tables.add_all(Document::read(&file, &content, read_at)?);
        }
        let names = paths.iter().map(|path| path.display().to_string());
        Self::assemble(tables, names.collect(), read_at)
    }

    /// Like [`FromFiles::load`], from documents in memory: each a name for messages and a
    /// content.
    pub fn from_documents(
        documents: &[(&str, &[u8])],
        read_at: OffsetDateTime,
    ) -> Result<Self, FileError> {
        let mut tables = Tables::default();
        for (name, content) in documents {
            tables.add_all(Document::read(name, content, read_at)?);
        }
        let names = documents.iter().map(|(name, _)| (*name).to_owned());
        Self::assemble(tables, names.collect(), read_at)
    }

    /// How many users the files have.
    pub fn users_len(&self) -> usize {
        self.users.len()
    }

    /// The accounts of the files: their users, groups, roles and policies.
    pub fn snapshots(&self) -> &[Snapshot] {
        &self.snapshots
    }

    /// Warnings for the person who passed the files: entries that came twice, missing pages,
    /// report rows that fit no user. None of it stops the inventory; each names the file and
    /// what is left out.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn assemble(
        tables: Tables,
        files: Vec<String>,
        read_at: OffsetDateTime,
    ) -> Result<Self, FileError> {
        let lists_users = tables.lists_users;
        let Assembled {
            users,
            snapshots,
            warnings,
        } = assemble::assemble(tables, read_at);
        // An account without IAM users is an answer.
        if users.is_empty() && !lists_users {
            return Err(FileError::NoUsers { files });
        }
        Ok(Self {
            users,
            snapshots,
            warnings,
        })
    }
}

impl InventorySource for FromFiles {
    type Error = Infallible;

    /// Files may hold several accounts: their policies are in [`Self::snapshots`].
    async fn collect(&self, users: mpsc::Sender<User>, _: PolicySender) -> Enumeration<Infallible> {
        let mut sent = 0;
        for user in &self.users {
            // A closed channel means that the reader wants no more.
            if users.send(User::clone(user)).await.is_err() {
                break;
            }
            sent += 1;
        }
        Enumeration {
            users: sent,
            vanished: 0,
            failure: None,
            completeness: Completeness::Unproven("saved files".to_owned()),
            provenance: Vec::new(),
        }
    }
}

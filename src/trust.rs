//! Trusted certificate authorities: the system's, and those of a file.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::file;

/// Far more than all authorities of a system take up.
const FILE_LEN_MAX: u64 = 16 * 1024 * 1024;

/// Certificate authorities that are trusted besides the system's, as PEM files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtraRoots(Vec<Arc<[u8]>>);

/// Why a file of certificates is of no use. `key` is what names it.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    /// It cannot be read.
    #[error("{key}: {path} cannot be read: {source}")]
    File {
        /// The setting or variable.
        key: &'static str,
        /// The file that it names.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no certificate in it.
    #[error(
        "{key}: {path} holds no certificate; write PEM, which begins with \
         `-----BEGIN CERTIFICATE-----`"
    )]
    Empty {
        /// The setting or variable.
        key: &'static str,
        /// The file that it names.
        path: PathBuf,
    },
    /// A certificate in it cannot be used.
    #[error("{key}: certificate {number} of {path} cannot be used: {why}; correct or remove it")]
    Certificate {
        /// The setting or variable.
        key: &'static str,
        /// The file that it names.
        path: PathBuf,
        /// Which one, from 1.
        number: usize,
        /// Why.
        why: String,
    },
}

impl ExtraRoots {
    /// The certificates of the file at `path`, which `key` names. Each was found usable.
    pub fn read(key: &'static str, path: &Path) -> Result<Self, RootsError> {
        let path = path.to_owned();
        let pem = match file::read(&path, FILE_LEN_MAX) {
            Ok(pem) => pem,
            Err(source) => return Err(RootsError::File { key, path, source }),
        };
        let mut store = RootCertStore::empty();
        for (index, certificate) in CertificateDer::pem_slice_iter(&pem).enumerate() {
            let why = match certificate {
                Ok(certificate) => store.add(certificate).err().map(|why| why.to_string()),
                Err(why) => Some(why.to_string()),
            };
            if let Some(why) = why {
                let number = index + 1;
                return Err(RootsError::Certificate {
                    key,
                    path,
                    number,
                    why,
                });
            }
        }
        match store.is_empty() {
            true => Err(RootsError::Empty { key, path }),
            false => Ok(Self(vec![pem.into()])),
        }
    }

    /// These and `others`.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The files, each with at least one certificate.
    pub fn pems(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(AsRef::as_ref)
    }
}

/// Why a certificate was not accepted, if that is what caused `error`.
pub fn refused_certificate<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    causes(error)
        .filter_map(|cause| cause.downcast_ref())
        .find(|cause| matches!(cause, rustls::Error::InvalidCertificate(_)))
}

/// The error and everything that caused it, outermost first.
pub fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // What an I/O error wraps is not its source, but the source's parent.
        match error.downcast_ref().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

//! The text of a file, as people save it: gzip, UTF-16 with its mark, UTF-8 with or without one.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Error, Read, Result};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::error::FileError;

/// More than the details of any account have: AWS allows 5,000 users, and 10,240 characters of
/// policies each.
const LEN_MAX: u64 = 1024 * 1024 * 1024;
const GZIP: &[u8] = &[0x1f, 0x8b];
/// What other compressed files begin with.
const ARCHIVES: [(&[u8], &str); 4] = [
    (b"PK\x03\x04", "a zip archive"),
    (&[0xfd, b'7', b'z', b'X', b'Z'], "a file compressed with xz"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "a file compressed with zstd"),
    (b"BZh", "a file compressed with bzip2"),
];

/// The text of the file at `path`, as people save it.
pub(crate) fn saved_text(path: &Path) -> std::result::Result<String, FileError> {
    let file = path.display().to_string();
    let content = read(path).map_err(|source| FileError::Read {
        file: file.clone(),
        source,
    })?;
    decode(&file, &content).map(Cow::into_owned)
}

/// What is in the file at `path`, which may be a pipe, but not one without an end; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    match path.as_os_str() == "-" {
        true => bounded(std::io::stdin()),
        false => bounded(File::open(path)?),
    }
}

/// The text in `content` of `file`.
pub(super) fn decode<'a>(
    file: &str,
    content: &'a [u8],
) -> std::result::Result<Cow<'a, str>, FileError> {
    if content.starts_with(GZIP) {
        let unpacked =
            bounded(MultiGzDecoder::new(content)).map_err(|source| FileError::Compressed {
                file: file.to_owned(),
                source,
            })?;
        return plain(file, &unpacked).map(|text| Cow::Owned(text.into_owned()));
    }
    plain(file, content)
}

fn bounded(reader: impl Read) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    reader.take(LEN_MAX + 1).read_to_end(&mut content)?;
    match content.len() as u64 > LEN_MAX {
        true => Err(Error::other("it is larger than 1 GiB")),
        false => Ok(content),
    }
}

fn plain<'a>(file: &str, content: &'a [u8]) -> std::result::Result<Cow<'a, str>, FileError> {
    let archive = ARCHIVES
        .iter()
        .find(|(start, _)| content.starts_with(start));
    if let Some((_, found)) = archive {
        return Err(FileError::unrecognised(file, found));
    }
    let utf_16 = match content {
        [0xff, 0xfe, rest @ ..] => Some(utf_16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Some(utf_16(rest, u16::from_be_bytes)),
        _ => None,
    };
    match utf_16 {
        Some(Some(text)) => return Ok(Cow::Owned(text)),
        Some(None) => {
            return Err(FileError::unrecognised(
                file,
                "UTF-16 that is cut or damaged",
            ));
        }
        None => {}
    }
    let text = std::str::from_utf8(content).map_err(|error| {
        let valid = content.get(..error.valid_up_to()).unwrap_or_default();
        FileError::Encoding {
            file: file.to_owned(),
            line: 1 + valid.iter().filter(|byte| **byte == b'\n').count(),
        }
    })?;
    Ok(Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)))
}

fn utf_16(content: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = content.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: std::result::Result<String, _> = char::decode_utf16(units).collect();
    text.ok().filter(|_| rest.is_empty())
}

//! Files of events: a line each, or one document over several lines.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

/// A longer line, or document, is not read.
pub(crate) const BYTES_MAX: usize = 16 * 1024 * 1024;
/// What some editors put before UTF-8. JSON has no place for it.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
const GZIP: &[u8] = &[0x1f, 0x8b];

/// `input`, unpacked if it was packed with gzip.
pub(crate) fn unpacked<'a>(mut input: impl BufRead + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
    Ok(match input.fill_buf()?.starts_with(GZIP) {
        true => Box::new(BufReader::new(MultiGzDecoder::new(input))),
        false => Box::new(input),
    })
}

/// What to do about a file that could not be read, after a semicolon.
pub(crate) fn next_step(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound => "check the path",
        ErrorKind::PermissionDenied => "allow this user to read it",
        // What gzip packed, and is not all there.
        ErrorKind::UnexpectedEof | ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            "it is cut short or damaged: write it once more"
        }
        _ => "give a file of events",
    }
}

/// A file, line by line, in memory for one.
pub(crate) struct Lines<R> {
    input: R,
    /// The line that was read last, without its end.
    line: Vec<u8>,
    number: u64,
    is_too_long: bool,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            line: Vec::new(),
            number: 0,
            is_too_long: false,
        }
    }

    /// Reads the next line; false at the end.
    pub(crate) fn next(&mut self) -> io::Result<bool> {
        self.line.clear();
        self.number += 1;
        let mut bounded = self.input.by_ref().take(BYTES_MAX as u64 + 1);
        let len = bounded.read_until(b'\n', &mut self.line)?;
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
        }
        self.is_too_long = self.line.len() > BYTES_MAX;
        if self.is_too_long {
            self.input.skip_until(b'\n')?;
        }
        Ok(len > 0)
    }

    /// Adds all that follows to the line.
    pub(crate) fn read_rest(&mut self) -> io::Result<()> {
        self.line.push(b'\n');
        let room = (BYTES_MAX + 1).saturating_sub(self.line.len());
        let mut bounded = self.input.by_ref().take(room as u64);
        bounded.read_to_end(&mut self.line)?;
        self.is_too_long = self.line.len() > BYTES_MAX;
        Ok(())
    }

    /// Which line it is, from 1 on.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The line, or what has to be done so that it can be read.
    pub(crate) fn text(&self) -> Result<&str, String> {
        if self.is_too_long {
            let mib = BYTES_MAX / 1024 / 1024;
            return Err(format!("longer than {mib} MiB; write one event a line"));
        }
        if self.line.starts_with(BYTE_ORDER_MARK) && self.number == 1 {
            return Err("begins with a byte order mark; save it as UTF-8 without one".to_owned());
        }
        let text = std::str::from_utf8(&self.line);
        text.map_err(|why| format!("no UTF-8 at byte {}; save it as UTF-8", why.valid_up_to()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gzip_packed_is_unpacked_in_all_its_parts() {
        use std::io::Write;

        let mut packed = Vec::new();
        for part in ["{}\n", "[]\n"] {
            let fast = flate2::Compression::fast();
            let mut gzip = flate2::write::GzEncoder::new(&mut packed, fast);
            gzip.write_all(part.as_bytes()).unwrap();
            gzip.finish().unwrap();
        }
        let mut lines = Lines::new(unpacked(&*packed).unwrap());
        assert!(lines.next().unwrap());
        assert_eq!(lines.text(), Ok("{}"));
        assert!(lines.next().unwrap());
        assert_eq!(lines.text(), Ok("[]"));
        assert!(!lines.next().unwrap());
    }

    #[test]
    fn a_byte_order_mark_is_named_with_what_to_do() {
        let mut lines = Lines::new(&b"\xef\xbb\xbf{}\n\xef\xbb\xbf"[..]);
        assert!(lines.next().unwrap());
        assert!(lines.text().unwrap_err().contains("byte order mark"));
        assert!(lines.next().unwrap());
        assert_eq!(lines.text(), Ok("\u{feff}"));
        assert!(!lines.next().unwrap());
    }
}

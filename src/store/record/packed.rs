//! Text and users, compressed.

use std::cell::RefCell;

use lz4_flex::block::{
    CompressTable, DecompressError, compress_into_with_table, compress_prepend_size,
    decompress_size_prepended, get_maximum_output_size,
};

/// What compressing takes, kept by each thread: made again for every record, it would take longer
/// than the work.
#[derive(Default)]
struct Tools {
    table: CompressTable,
    room: Vec<u8>,
}

thread_local! {
    static TOOLS: RefCell<Tools> = RefCell::default();
}

/// `plain`, compressed, behind its length.
pub(in crate::store) fn compress(plain: &[u8]) -> Vec<u8> {
    TOOLS.with_borrow_mut(|Tools { table, room }| {
        let length = u32::try_from(plain.len());
        // One that needs the larger table is rare, and leaves none behind.
        let (Ok(length), true) = (length, plain.len() < usize::from(u16::MAX)) else {
            return compress_prepend_size(plain);
        };
        room.resize(get_maximum_output_size(plain.len()).max(room.len()), 0);
        match compress_into_with_table(plain, room, table) {
            Ok(packed) => [&length.to_le_bytes(), &room[..packed]].concat(),
            Err(_) => compress_prepend_size(plain),
        }
    })
}

/// What was compressed.
pub(in crate::store) fn decompress(packed: &[u8]) -> Result<Vec<u8>, DecompressError> {
    decompress_size_prepended(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compressed_with_kept_tools_is_what_any_reader_of_lz4_takes() {
        for length in [0, 1, 60, 3_000, 65_534, 65_535, 70_000, 12, 9_000] {
            let plain: Vec<u8> = (0..length).map(|it| (it % 251 * it % 7) as u8).collect();
            let packed = compress(&plain);
            assert_eq!(packed, compress_prepend_size(&plain), "{length}");
            assert_eq!(decompress(&packed).unwrap(), plain, "{length}");
        }
    }
}

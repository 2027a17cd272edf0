//! The versions that there are tables of.

use std::fmt;
use std::sync::LazyLock;

use super::Table;
use super::raw::TableError;
use super::read::read;

/// A version of OCSF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Version {
    /// 1.6.0, which rollcall's own events are of.
    #[value(name = "1.6.0")]
    V1_6,
    /// 1.7.0.
    #[value(name = "1.7.0")]
    V1_7,
    /// 1.8.0.
    #[value(name = "1.8.0")]
    V1_8,
}

impl Version {
    /// All of them, the oldest first.
    pub const ALL: [Self; 3] = [Self::V1_6, Self::V1_7, Self::V1_8];

    /// The version that `metadata.version` spells.
    pub fn parse(text: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|version| version.as_str() == text)
    }

    /// As `metadata.version` spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1_6 => "1.6.0",
            Self::V1_7 => "1.7.0",
            Self::V1_8 => "1.8.0",
        }
    }

    /// Its table, read when it is first asked for. It is a part of the program: that it cannot be
    /// read is a bug.
    pub(in crate::validate) fn table(self) -> Result<&'static Table, &'static TableError> {
        type Read = Result<Table, TableError>;
        static V1_6: LazyLock<Read> = LazyLock::new(|| read(SOURCES[0]));
        static V1_7: LazyLock<Read> = LazyLock::new(|| read(SOURCES[1]));
        static V1_8: LazyLock<Read> = LazyLock::new(|| read(SOURCES[2]));
        match self {
            Self::V1_6 => V1_6.as_ref(),
            Self::V1_7 => V1_7.as_ref(),
            Self::V1_8 => V1_8.as_ref(),
        }
    }
}

/// The tables, in the order of [`Version::ALL`].
const SOURCES: [&str; 3] = [
    include_str!("../../../schemas/ocsf-1.6.0.json"),
    include_str!("../../../schemas/ocsf-1.7.0.json"),
    include_str!("../../../schemas/ocsf-1.8.0.json"),
];

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_can_be_read_and_is_of_its_version() {
        for version in Version::ALL {
            let table = version.table().unwrap();
            assert_eq!(table.version, version.as_str());
            let classes: Vec<i64> = table.classes.iter().map(|class| class.uid).collect();
            let expected: &[i64] = match version {
                Version::V1_6 => &[3001, 3002, 3004, 3005, 3006, 5003, 5023, 6003],
                _ => &[3001, 3004, 3005, 3006, 5003, 5023, 6003],
            };
            assert_eq!(classes, expected, "{version}");
        }
    }
}

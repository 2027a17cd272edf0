//! The release binary with an empty home and a configuration.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::intake::Intake;
use crate::measure::{Usage, usage_of};
use crate::sim_aws::SimAws;

/// The binary and its state.
#[derive(Debug)]
pub(crate) struct Agent {
    binary: PathBuf,
    home: TempDir,
}

impl Agent {
    /// With these settings of `[aws]`, and so many sinks that all are the intake.
    pub(crate) fn new(binary: &Path, aws: &str, sinks: usize, intake: &Intake) -> Self {
        // On the disk that the build is on: a temporary directory may be in memory.
        let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a home");
        let url = intake.url();
        let sinks = (0..sinks).map(|number| {
            format!(
                "[[sinks]]\ntype = \"sekoia-asset\"\nname = \"sink-{number}\"\nurl = \"{url}\"\n\
                 api_key = \"env:API_KEY\"\n\
                 connector_uuid = \"5b0a5d2c-8f6e-4c1c-9d57-2f1d1d1f6a0{number}\"\n"
            )
        });
        let sinks: String = sinks.collect();
        let config = format!("[agent]\nstate_dir = \"state\"\n{aws}\n{sinks}");
        std::fs::write(home.path().join("config.toml"), config).expect("a file in the home");
        Self {
            binary: binary.to_owned(),
            home,
        }
    }

    /// One pass, to its end.
    pub(crate) fn collect(&self, aws: &SimAws) -> Usage {
        let mut command = Command::new(&self.binary);
        command
            .arg("collect")
            .current_dir(self.home.path())
            .env("HOME", self.home.path())
            .env("API_KEY", "key")
            .env("AWS_ENDPOINT_URL", aws.url())
            .env("AWS_ACCESS_KEY_ID", "benchmark")
            .env("AWS_SECRET_ACCESS_KEY", "benchmark")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // As the packages' unit and image have them.
            .env("MALLOC_ARENA_MAX", "2");
        usage_of(&command)
    }
}

//! Options of `explain`.

use std::path::PathBuf;

use clap::Args;

use super::OutputFormat;

/// Options of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// UserName, ARN or UserId
    #[arg(required_unless_present = "summary", conflicts_with = "summary")]
    pub user: Option<String>,
    /// Saved AWS CLI output, as for rollcall map; may be given several times. Without it, the verdict
    /// of the last pass
    #[arg(long, required_unless_present = "user", value_name = "FILE", num_args = 1..)]
    pub from: Vec<PathBuf>,
    /// Only this account
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Show the account at a glance: tiers, paths, policies that make administrators
    #[arg(long)]
    pub summary: bool,
    /// Show each field of the user's event instead: with the call that tells it, and as of when
    #[arg(long, conflicts_with_all = ["summary", "can"])]
    pub fields: bool,
    /// Ask whether the user may do this, as iam:PutUserPolicy
    #[arg(
        long,
        value_name = "ACTION",
        requires_all = ["on", "from"],
        conflicts_with = "summary",
        value_parser = action
    )]
    pub can: Option<String>,
    /// On this ARN, or *
    #[arg(long, value_name = "ARN", requires = "can", value_parser = resource)]
    pub on: Option<String>,
    /// A condition key of the request; the same key again is another value
    #[arg(long, value_name = "KEY=VALUE", requires = "can", value_parser = key_and_value)]
    pub context: Vec<(String, String)>,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub output: OutputFormat,
}

/// One action, `service:Name`: what a request has, and no pattern.
fn action(text: &str) -> Result<String, String> {
    let is_word = |part: &str| {
        let mut chars = part.chars();
        !part.is_empty() && chars.all(|it| it.is_ascii_alphanumeric() || it == '-')
    };
    match text.split_once(':') {
        Some((service, name)) if is_word(service) && is_word(name) => Ok(text.to_owned()),
        _ => Err("expected one action as service:Name, as iam:PutUserPolicy".to_owned()),
    }
}

fn resource(text: &str) -> Result<String, String> {
    match text == "*" || text.starts_with("arn:") && text.split(':').count() >= 6 {
        true => Ok(text.to_owned()),
        false => Err("expected * or one ARN, as arn:aws:s3:::bucket/key".to_owned()),
    }
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE, as aws:SourceIp=10.0.0.1".to_owned()),
    }
}

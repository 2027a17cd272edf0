//! What has to be known for a first configuration.

use clap::ValueEnum;
use uuid::Uuid;

use super::ask::{Asker, Question};
use crate::access::Principal;
use crate::cli::{InitArgs, InitSink};
use crate::commands::policy::new_external_id;
use crate::commands::setup::UsageError;
use crate::config::{Strategy, check_external_id};
use crate::model::Arn;

/// Everything that a first configuration says.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) sink: Sink,
    pub(super) strategy: Strategy,
    pub(super) roles: Option<Roles>,
}

/// Where events go.
#[derive(Debug)]
pub(super) enum Sink {
    SekoiaAsset {
        connector_uuid: Uuid,
        /// The base URL, where it is not the default one.
        url: Option<String>,
    },
    SekoiaIntake {
        /// The same.
        url: Option<String>,
    },
    Http {
        url: String,
    },
    Ndjson,
}

/// The roles by which accounts are read.
#[derive(Debug)]
pub(super) struct Roles {
    /// ARNs of roles of single accounts.
    pub(super) arns: Vec<String>,
    /// The name of the role in every account of the organization.
    pub(super) organization: Option<String>,
    pub(super) external_id: String,
    /// Who assumes them: an ARN, or an account's id.
    pub(super) trusted: String,
}

/// A partition for what is only checked.
const ANY_PARTITION: &str = "aws";

/// The region whose URLs are the defaults.
const FIRST_REGION: &str = "fra1";

impl Answers {
    /// By the flags in `args`, and by `asker` for what they leave open.
    pub(super) fn get(args: &InitArgs, asker: &mut Asker<'_>) -> Result<Self, UsageError> {
        let sink = sink(args, asker)?;
        let strategy = match args.strategy {
            Some(strategy) => strategy,
            None => {
                let question = Question {
                    flag: "--strategy",
                    text: "How to read users: auto, bulk or per-user",
                    default: Some("auto"),
                };
                asker.answer(&question, None, |text| Strategy::from_str(text, false))?
            }
        };
        let roles = roles(args, asker)?;
        Ok(Self {
            sink,
            strategy,
            roles,
        })
    }
}

fn sink(args: &InitArgs, asker: &mut Asker<'_>) -> Result<Sink, UsageError> {
    let kind = match args.sink {
        Some(kind) => kind,
        None => {
            let question = Question {
                flag: "--sink",
                text: "Where events go: sekoia-asset, sekoia-intake, http or ndjson",
                default: None,
            };
            asker.answer(&question, None, |text| InitSink::from_str(text, false))?
        }
    };
    Ok(match kind {
        InitSink::SekoiaAsset => {
            let question = Question {
                flag: "--connector-uuid",
                text: "The UUID of the asset connector's configuration, from its page",
                default: None,
            };
            let parse =
                |text: &str| Uuid::parse_str(text).map_err(|_| format!("{text:?} is no UUID"));
            let given = args.connector_uuid.as_deref();
            Sink::SekoiaAsset {
                connector_uuid: asker.answer(&question, given, parse)?,
                url: sekoia_url(args, asker, asset_url)?,
            }
        }
        InitSink::SekoiaIntake => Sink::SekoiaIntake {
            url: sekoia_url(args, asker, intake_url)?,
        },
        InitSink::Http => {
            let question = Question {
                flag: "--url",
                text: "The URL that takes posts",
                default: None,
            };
            let parse = |text: &str| match text {
                "" => Err("a URL is needed".to_owned()),
                url => Ok(url.to_owned()),
            };
            Sink::Http {
                url: asker.answer(&question, args.url.as_deref(), parse)?,
            }
        }
        InitSink::Ndjson => Sink::Ndjson,
    })
}

/// The base URL of a Sekoia sink; `None` for the default one, which is of the region fra1.
fn sekoia_url(
    args: &InitArgs,
    asker: &mut Asker<'_>,
    of_region: fn(&str) -> String,
) -> Result<Option<String>, UsageError> {
    if let Some(url) = &args.url {
        return Ok(Some(url.clone()));
    }
    let question = Question {
        flag: "--region",
        text: "The region of your Sekoia community: fra1, fra2, mco1, uae1 or usa1",
        default: Some(FIRST_REGION),
    };
    let parse = |text: &str| {
        let name = text.to_ascii_lowercase();
        match is_region(&name) {
            true => Ok((name != FIRST_REGION).then(|| of_region(&name))),
            false => Err(format!("{text:?} is no region; write it as fra1")),
        }
    };
    asker.answer(&question, args.region.as_deref(), parse)
}

/// Three letters and a digit.
fn is_region(name: &str) -> bool {
    let (letters, digit) = name.split_at_checked(3).unwrap_or_default();
    letters.len() == 3
        && letters.bytes().all(|byte| byte.is_ascii_lowercase())
        && matches!(digit.as_bytes(), [digit] if digit.is_ascii_digit())
}

fn asset_url(region: &str) -> String {
    format!("https://api.{region}.sekoia.io")
}

fn intake_url(region: &str) -> String {
    format!("https://intake.{region}.sekoia.io/api/v1/intake-http")
}

fn roles(args: &InitArgs, asker: &mut Asker<'_>) -> Result<Option<Roles>, UsageError> {
    let mut arns = args.role_arns.clone();
    let mut organization = args.organization_role.clone();
    if arns.is_empty() && organization.is_none() && asker.is_person() {
        arns = asked_arns(asker)?;
        if arns.is_empty() {
            let question = Question {
                flag: "--organization-role",
                text: "The name of the role to read every account of your organization by",
                default: Some(""),
            };
            let parse = |text: &str| Ok((!text.is_empty()).then(|| text.to_owned()));
            organization = asker.answer(&question, None, parse)?;
        }
    }
    for arn in &arns {
        role_arn(arn).map_err(|why| UsageError(format!("--role-arn: {why}")))?;
    }
    if arns.is_empty() && organization.is_none() {
        return Ok(None);
    }
    let question = Question {
        flag: "--trust",
        text: "Who assumes the roles: the ARN of a user or role, or an account's id",
        default: None,
    };
    let trusted = |text: &str| match Principal::parse(text, ANY_PARTITION) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    };
    let trusted = asker.answer(&question, args.trust.as_deref(), trusted)?;
    let external_id = match &args.external_id {
        Some(id) => match check_external_id(id) {
            Some(why) => return Err(UsageError(format!("--external-id: {why}"))),
            None => id.clone(),
        },
        None => new_external_id(),
    };
    Ok(Some(Roles {
        arns,
        organization,
        external_id,
        trusted,
    }))
}

fn asked_arns(asker: &mut Asker<'_>) -> Result<Vec<String>, UsageError> {
    let mut arns = Vec::new();
    loop {
        let question = Question {
            flag: "--role-arn",
            text: match arns.is_empty() {
                true => "The ARN of the role to read another account by",
                false => "That of the next account's role",
            },
            default: Some(""),
        };
        let parse = |text: &str| match text {
            "" => Ok(None),
            arn => role_arn(arn).map(|()| Some(arn.to_owned())),
        };
        match asker.answer(&question, None, parse)? {
            Some(arn) => arns.push(arn),
            None => return Ok(arns),
        }
    }
}

fn role_arn(text: &str) -> Result<(), String> {
    let arn = Arn::parse(text).ok();
    let is_role = arn.is_some_and(|arn| arn.role_name().is_some());
    match is_role && Principal::parse(text, ANY_PARTITION).is_ok() {
        true => Ok(()),
        false => Err(format!(
            "{text:?} is no ARN of a role; write arn:aws:iam::111122223333:role/NAME"
        )),
    }
}

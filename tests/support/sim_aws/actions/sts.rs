//! STS: who am I, and who may I become.

use time::{Duration, OffsetDateTime};

use super::Ctx;

use super::super::answer::{Answer, Refusal};
use super::super::principal::{caller, session_key, session_token};
use super::super::xml::Xml;

pub(super) fn get_caller_identity(ctx: &Ctx<'_>) -> Answer {
    let mut xml = Xml::default();
    xml.text("Arn", &caller(ctx.account, ctx.call));
    xml.text("UserId", "AIDACALLERCALLERCALL1");
    xml.text("Account", &ctx.account.id);
    Ok(xml)
}

/// Any role of a simulated account is there and trusts everybody: its account is the one that
/// the new key leads to.
pub(super) fn assume_role(ctx: &Ctx<'_>) -> Answer {
    let role_arn = ctx.call.param("RoleArn").unwrap_or_default();
    let session = ctx.call.param("RoleSessionName").unwrap_or_default();
    let parts: Vec<&str> = role_arn.splitn(6, ':').collect();
    let [_, partition, _, _, account_id, resource] = parts[..] else {
        return Err(Refusal::invalid(format!("{role_arn} is invalid")));
    };
    let role = resource.rsplit('/').next().unwrap_or_default();
    let mut xml = Xml::default();
    xml.element("Credentials", |xml| {
        xml.text("AccessKeyId", &session_key(account_id));
        xml.text(
            "SecretAccessKey",
            "5imulated/ecretOf+40Characters0123456789",
        );
        xml.text("SessionToken", &session_token(role, session));
        xml.date("Expiration", OffsetDateTime::now_utc() + Duration::HOUR);
    });
    xml.element("AssumedRoleUser", |xml| {
        xml.text("AssumedRoleId", &format!("AROASIMULATEDSIMULATE:{session}"));
        let arn = format!("arn:{partition}:sts::{account_id}:assumed-role/{role}/{session}");
        xml.text("Arn", &arn);
    });
    Ok(xml)
}

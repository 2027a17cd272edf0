//! Who calls, and in which account.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::SimAccount;
use super::actions::Service;
use super::answer::Refusal;
use super::call::Call;
use super::faults::Denial;

/// The user that any other key belongs to.
const COLLECTOR: &str = "user/collector";

/// The key of a session in the account: its id holds the account's.
pub(super) fn session_key(account_id: &str) -> String {
    format!("ASIA{account_id}SIMA")
}

/// The token of a session of `role`, which holds both names.
pub(crate) fn session_token(role: &str, session: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{role}/{session}"))
}

/// The account that the call's key belongs to: the first one, unless it is a session's key.
pub(super) fn account_of(accounts: &[SimAccount], call: &Call) -> Result<usize, Refusal> {
    let key = &call.access_key_id;
    let of_session = key
        .strip_prefix("ASIA")
        .and_then(|rest| rest.strip_suffix("SIMA"));
    match of_session {
        None => Ok(0),
        Some(id) => accounts
            .iter()
            .position(|account| account.id == id)
            .ok_or_else(|| {
                let message = "The security token included in the request is invalid.";
                Refusal::new(403, "InvalidClientTokenId", message)
            }),
    }
}

/// The caller's ARN.
pub(super) fn caller(account: &SimAccount, call: &Call) -> String {
    let token = call.session_token.as_deref();
    let session = token.and_then(|token| URL_SAFE_NO_PAD.decode(token).ok());
    match session.and_then(|session| String::from_utf8(session).ok()) {
        Some(session) => format!(
            "arn:{}:sts::{}:assumed-role/{session}",
            account.partition, account.id
        ),
        None => account.arn(COLLECTOR),
    }
}

/// The longest session of a role that a session of another role assumes.
const CHAINED_MAX_S: u32 = 3600;

/// Refuses a role that no simulated account has, or whose trust policy asks for another external
/// id, and a session longer than AWS grants.
pub(super) fn trusted(
    accounts: &[SimAccount],
    account: &SimAccount,
    call: &Call,
) -> Result<(), Refusal> {
    let role_arn = call.param("RoleArn").unwrap_or_default();
    let id = role_arn.split(':').nth(4).unwrap_or_default();
    let duration = call.param("DurationSeconds");
    let duration_s: u32 = duration.and_then(|it| it.parse().ok()).unwrap_or(3600);
    if call.session_token.is_some() && duration_s > CHAINED_MAX_S {
        return Err(Refusal::invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining",
        ));
    }
    let meant = accounts.iter().find(|account| account.id == id);
    let is_trusted = |account: &SimAccount| {
        let asked_for = account.external_id.as_deref();
        asked_for.is_none() || asked_for == call.param("ExternalId")
    };
    if meant.is_some_and(is_trusted) {
        return Ok(());
    }
    let caller = caller(account, call);
    let message = format!(
        "User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
    );
    Err(Refusal::new(403, "AccessDenied", message))
}

/// AWS's sentence about a denied call.
pub(super) fn denied(
    account: &SimAccount,
    call: &Call,
    (action, service): (&str, Service),
    denial: Denial,
) -> String {
    let permission = format!("{}:{action}", service.prefix());
    let resource = match (call.target(), action) {
        (Some((kind, name)), _) => format!("{kind} {name}"),
        (None, "ListUsers") => account.arn("user/"),
        (None, "ListGroups") => account.arn("group/"),
        (None, "ListVirtualMFADevices") => account.arn("mfa/"),
        (None, _) => "*".to_owned(),
    };
    format!(
        "User: {} is not authorized to perform: {permission} on resource: {resource} {}",
        caller(account, call),
        denial.because(&permission)
    )
}

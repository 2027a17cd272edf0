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
pub(super) fn session_token(role: &str, session: &str) -> String {
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

/// Refuses a role that no simulated account has.
pub(super) fn trusted(
    accounts: &[SimAccount],
    account: &SimAccount,
    call: &Call,
) -> Result<(), Refusal> {
    let role_arn = call.param("RoleArn").unwrap_or_default();
    let id = role_arn.split(':').nth(4).unwrap_or_default();
    if accounts.iter().any(|account| account.id == id) {
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

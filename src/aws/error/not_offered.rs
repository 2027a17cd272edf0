//! Endpoints that do not have an action: emulators, and partitions that are behind.

use std::error::Error as StdError;

use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::aws::Action;

/// Whether a pass is worth making where the endpoint does not have `action`: AWS's own has, and
/// emulators may not.
pub(super) fn is_optional(action: Action) -> bool {
    matches!(
        action,
        Action::ListServiceSpecificCredentials | Action::ListSshPublicKeys
    )
}

/// Whether the endpoint says that it does not have the action, or answers with a web page in place
/// of an error of AWS's. One of a gateway says nothing: the next call may get through.
pub(super) fn says<E>(error: &SdkError<E, HttpResponse>) -> bool
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let Some(answer) = error.raw_response() else {
        return false;
    };
    match (error.code(), answer.status().as_u16()) {
        (_, 501) => true,
        (Some(code), _) => matches!(
            code,
            "InvalidAction" | "UnknownOperation" | "UnknownOperationException"
        ),
        (None, 400 | 404 | 405 | 500) => answer.body().bytes().is_some_and(is_web_page),
        (None, _) => false,
    }
}

fn is_web_page(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).trim_start().to_lowercase();
    text.starts_with("<!doctype html") || text.starts_with("<html")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::AwsErrorClass::{NotOffered, Server};
    use crate::aws::{AwsError, Endpoint};

    #[test]
    fn a_web_page_in_place_of_an_error_says_that_an_optional_action_is_not_there() {
        use aws_sdk_iam::operation::list_users::ListUsersError;
        let class = |action, status: u16, body: &'static str| {
            let answer = HttpResponse::new(status.try_into().unwrap(), body.into());
            let unhandled = ListUsersError::unhandled("nothing to read");
            let error = SdkError::service_error(unhandled, answer);
            AwsError::of(action, &error, &Endpoint::default()).class
        };
        let page = "<!doctype html>\n<html lang=en><title>500 Internal Server Error</title>";
        let optional = Action::ListServiceSpecificCredentials;
        for status in [404, 500, 501] {
            assert_eq!(class(optional, status, page), NotOffered, "{status}");
        }
        // A gateway's page, AWS's own failure, and an action without which there is no pass.
        assert_eq!(class(optional, 503, page), Server);
        assert_eq!(class(optional, 500, "<ErrorResponse/>"), Server);
        assert_eq!(class(optional, 500, ""), Server);
        assert_eq!(class(Action::ListUsers, 500, page), Server);
    }
}

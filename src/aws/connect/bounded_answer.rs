//! How large an answer may be: whoever answers may go on for ever, faster than memory lasts.

use aws_sdk_iam::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_iam::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_iam::error::BoxError;
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// Several times the largest page that AWS sends.
const BYTES_MAX: usize = 32 << 20;

/// Stops reading answers that are larger than any of AWS's.
#[derive(Debug)]
pub(super) struct BoundedAnswers;

/// An answer that was not read to its end.
#[derive(Debug, thiserror::Error)]
#[error("the answer is larger than {} MiB, and none of AWS's is", BYTES_MAX >> 20)]
pub(in crate::aws) struct TooLarge;

impl Intercept for BoundedAnswers {
    fn name(&self) -> &'static str {
        "BoundedAnswers"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        let bounded = Limited::new(response.take_body(), BYTES_MAX);
        let bounded = bounded.map_err(|error| match error.is::<LengthLimitError>() {
            true => TooLarge.into(),
            false => error,
        });
        *response.body_mut() = SdkBody::from_body_1_x(bounded);
        Ok(())
    }
}

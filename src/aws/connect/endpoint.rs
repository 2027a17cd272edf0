//! Where calls go, for the errors that are about the way there.

use std::sync::{Arc, OnceLock};

use aws_sdk_iam::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_iam::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_iam::error::BoxError;
use hyper::Uri;

use crate::model::partition_of_region;
use crate::proxy;

/// Where a call went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// The region that it was signed for.
    pub region: Option<String>,
    /// The host that it was sent to, once one was.
    pub host: Option<String>,
    /// The variable that names the proxy for it, if one is set.
    pub proxy: Option<&'static str>,
}

impl Endpoint {
    /// The partition of the region: keys of one are unknown in every other.
    pub(in crate::aws) fn partition(&self) -> &'static str {
        partition_of_region(self.region.as_deref())
    }
}

/// Notes the address that a service's calls are sent to: the SDK's errors do not name it.
#[derive(Debug, Clone, Default)]
pub(super) struct Destination(Arc<OnceLock<Uri>>);

impl Destination {
    pub(super) fn endpoint(&self, region: Option<&str>) -> Endpoint {
        let uri = self.0.get();
        Endpoint {
            region: region.map(str::to_owned),
            host: uri.and_then(Uri::host).map(str::to_owned),
            proxy: uri.and_then(Uri::scheme_str).and_then(proxy::variable),
        }
    }
}

impl Intercept for Destination {
    fn name(&self) -> &'static str {
        "Destination"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.0.get().is_none() {
            // Another call may have been faster, with the same address.
            let _ = self.0.set(context.request().uri().parse()?);
        }
        Ok(())
    }
}

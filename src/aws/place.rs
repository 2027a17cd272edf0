//! Where calls go, for the errors that are about the way there.

use std::sync::{Arc, OnceLock};

use aws_sdk_iam::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_iam::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_iam::error::BoxError;
use hyper::Uri;

/// Where a call went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The region that it was signed for.
    pub region: Option<String>,
    /// The host that it was sent to, once one was.
    pub host: Option<String>,
    /// The variable that names the proxy for it, if one is set.
    pub proxy: Option<&'static str>,
}

impl Place {
    /// The partition of the region: keys of one are unknown in every other.
    pub(super) fn partition(&self) -> &'static str {
        const PREFIXES: [(&str, &str); 7] = [
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("us-isob-", "aws-iso-b"),
            ("us-isof-", "aws-iso-f"),
            ("us-iso-", "aws-iso"),
            ("eu-isoe-", "aws-iso-e"),
            ("eusc-", "aws-eusc"),
        ];
        let region = self.region.as_deref().unwrap_or_default();
        let of_prefix = PREFIXES.iter().find(|it| region.starts_with(it.0));
        of_prefix.map_or("aws", |it| it.1)
    }
}

/// Notes the address that a service's calls are sent to: the SDK's errors do not tell it.
#[derive(Debug, Clone, Default)]
pub(super) struct Destination(Arc<OnceLock<Uri>>);

impl Destination {
    pub(super) fn place(&self, region: Option<&str>) -> Place {
        let uri = self.0.get();
        Place {
            region: region.map(str::to_owned),
            host: uri.and_then(Uri::host).map(str::to_owned),
            proxy: uri.and_then(Uri::scheme_str).and_then(proxy),
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

/// The variable that names a proxy for addresses of `scheme`.
fn proxy(scheme: &str) -> Option<&'static str> {
    let names = match scheme {
        "https" => ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        _ => ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
    };
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    names.into_iter().find(is_set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_has_its_partition() {
        for (region, partition) in [
            ("us-east-1", "aws"),
            ("eu-west-3", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            let place = Place {
                region: Some(region.to_owned()),
                ..Place::default()
            };
            assert_eq!(place.partition(), partition, "{region}");
        }
    }
}

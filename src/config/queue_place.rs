//! Where a queue is: its URL tells the region, and for some hosts the endpoint as well.

use super::aws::environment::is_region;

/// How hosts of AWS end.
const OF_AWS: [&str; 4] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".api.aws",
    ".api.amazonwebservices.com.cn",
];
/// The host of the oldest queues names no region, and is of this one.
const OLDEST: (&str, &str) = ("queue.amazonaws.com", "us-east-1");

/// A queue of SQS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuePlace {
    /// Its URL.
    pub url: String,
    /// Its region; `None` is that of the configuration.
    pub region: Option<String>,
    /// Where it is asked, if that is not where the region's queues are: a FIPS endpoint, one of a VPC, or
    /// one for both kinds of addresses.
    pub endpoint: Option<String>,
}

impl QueuePlace {
    /// The queue at `url`, in `region` if that is given. `None` where the URL is one of AWS and names no
    /// region.
    pub fn new(url: &str, region: Option<&str>) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split('/').next()?;
        let host = authority.split(':').next()?.to_ascii_lowercase();
        let told = region_of(&host);
        if region.or(told).is_none() && OF_AWS.iter().any(|end| host.ends_with(end)) {
            return None;
        }
        let is_usual = |region: &str| {
            let usual = host.strip_prefix(&format!("sqs.{region}"));
            usual.is_some_and(|end| OF_AWS[..2].contains(&end)) || host.contains("queue.amazonaws")
        };
        let is_elsewhere = told.is_some_and(|region| !is_usual(region));
        Some(Self {
            url: url.to_owned(),
            region: region.or(told).map(str::to_owned),
            endpoint: is_elsewhere.then(|| format!("{scheme}://{authority}")),
        })
    }
}

/// The region in `host`, as in `sqs.REGION.amazonaws.com`, `sqs-fips.REGION.api.aws`,
/// `vpce-1-2.sqs.REGION.vpce.amazonaws.com` or `REGION.queue.amazonaws.com`.
fn region_of(host: &str) -> Option<&str> {
    if host == OLDEST.0 {
        return Some(OLDEST.1);
    }
    let labels: Vec<&str> = host.split('.').collect();
    let mut pairs = labels.windows(2);
    let region = pairs.find_map(|pair| match *pair {
        ["sqs" | "sqs-fips", region] | [region, "queue"] => Some(region),
        _ => None,
    })?;
    let has_number = region
        .rsplit_once('-')
        .is_some_and(|(_, it)| it.parse::<u8>().is_ok());
    (is_region(region) && has_number).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(host: &str) -> Option<(Option<String>, bool)> {
        let place = QueuePlace::new(&format!("https://{host}/111122223333/rollcall"), None)?;
        let endpoint = place.endpoint.as_deref();
        assert!(endpoint.is_none_or(|it| it == format!("https://{host}")));
        Some((place.region, place.endpoint.is_some()))
    }

    #[test]
    fn every_host_of_queues_tells_its_region_and_whether_it_is_asked_itself() {
        for (host, region, is_asked_there) in [
            ("sqs.eu-west-3.amazonaws.com", "eu-west-3", false),
            ("sqs.cn-north-1.amazonaws.com.cn", "cn-north-1", false),
            ("eu-west-3.queue.amazonaws.com", "eu-west-3", false),
            ("queue.amazonaws.com", "us-east-1", false),
            ("sqs-fips.us-east-2.amazonaws.com", "us-east-2", true),
            ("sqs.us-gov-west-1.api.aws", "us-gov-west-1", true),
            ("sqs-fips.us-east-2.api.aws", "us-east-2", true),
            (
                "vpce-0a1b-2c3d.sqs.us-east-2.vpce.amazonaws.com",
                "us-east-2",
                true,
            ),
            (
                "vpce-0a1b-2c3d-us-east-2a.sqs.us-east-2.vpce.amazonaws.com:443",
                "us-east-2",
                true,
            ),
        ] {
            let expected = Some((Some(region.to_owned()), is_asked_there));
            assert_eq!(place(host), expected, "{host}");
        }
    }

    #[test]
    fn another_host_has_the_region_of_the_configuration_and_one_of_aws_has_to_name_its_own() {
        assert_eq!(place("127.0.0.1:5000"), Some((None, false)));
        assert_eq!(place("sqs.amazonaws.com"), None);
        let url = "https://sqs.amazonaws.com/111122223333/rollcall";
        let given = QueuePlace::new(url, Some("eu-west-3")).unwrap();
        assert_eq!(given.region.as_deref(), Some("eu-west-3"));
    }
}

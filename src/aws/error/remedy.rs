//! What to do about a failed call, as the last part of its message.

use std::time::{Duration, SystemTime};

use super::class::AwsErrorClass as Class;
use crate::aws::{Action, Endpoint};

/// What to do about an answer that AWS did not write.
const MAY_BE_ANOTHER: &str =
    "what answered may not be AWS: check HTTPS_PROXY, NO_PROXY and aws.endpoint_url";

/// A failed call, as far as its remedy depends on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failure<'a> {
    pub(super) action: Action,
    pub(super) class: Class,
    pub(super) code: &'a str,
    pub(super) message: &'a str,
    pub(super) endpoint: &'a Endpoint,
    /// The time at AWS, where an answer has it.
    pub(super) time_there: Option<SystemTime>,
}

impl Failure<'_> {
    pub(super) fn remedy(&self) -> Option<String> {
        Some(match self.class {
            Class::Denied => self.of_denial(),
            Class::RoleRefused => self.of_role(),
            Class::OtherAccount => Class::OTHER_ACCOUNT_REMEDY.to_owned(),
            Class::ExpiredCredentials => "renew the credentials and run again".to_owned(),
            Class::NoCredentials => "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY, or give this machine a role"
                .to_owned(),
            Class::InvalidCredentials => self.of_credentials(),
            Class::ClockOff => self.of_clock(SystemTime::now()),
            Class::NoAnswer | Class::Unreachable => self.of_network(),
            Class::Untrusted => self.of_certificate(),
            Class::Throttled => "lower aws.requests_per_second".to_owned(),
            Class::Refused => return self.of_refusal(),
            Class::Server => self.of_server(),
            Class::Malformed | Class::Unreadable => MAY_BE_ANOTHER.to_owned(),
            Class::Changing => "wait until nobody else changes it, and run again".to_owned(),
            Class::Gone | Class::NotOffered => return None,
        })
    }

    fn says(&self, part: &str) -> bool {
        self.message.contains(part)
    }

    /// The remedy of a kind of policy that AWS names as the one that denies.
    fn of_named_policy(&self) -> Option<String> {
        let action = self.action;
        if self.says("service control policy") || self.says("resource control policy") {
            Some(format!(
                "this is a policy of the organization, which no IAM policy of the account can \
                 overrule: ask whoever administers the organization to permit {action} to the \
                 caller"
            ))
        } else if self.says("explicit deny in a permissions boundary") {
            Some(format!(
                "remove the deny of {action} from the caller's permissions boundary: it wins over \
                 every allow"
            ))
        } else if self.says("permissions boundary") {
            Some(format!(
                "allow {action} in the caller's permissions boundary too: its policies grant no \
                 more than the boundary allows"
            ))
        } else if self.says("session policy") {
            Some(format!(
                "allow {action} in the policy that the session was made with: a session is allowed \
                 no more than that"
            ))
        } else if self.says("VPC endpoint policy") {
            Some(format!(
                "allow {action} in the policy of the VPC endpoint that the call went through"
            ))
        } else if self.says("with an explicit deny in an identity-based policy") {
            Some(format!(
                "remove the deny of {action} from the caller's policies: it wins over every allow"
            ))
        } else {
            None
        }
    }

    fn of_denial(&self) -> String {
        let action = self.action;
        match self.of_named_policy() {
            Some(remedy) => remedy,
            None if action.as_str().starts_with("organizations:") => format!(
                "allow {action} to the caller, which must be in the management account or in that \
                 of a delegated administrator"
            ),
            None => format!("allow {action} to the caller"),
        }
    }

    fn of_role(&self) -> String {
        if let Some(remedy) = self.of_named_policy() {
            return remedy;
        }
        if self.code == "RegionDisabledException" {
            return "set aws.region to a region that the role's account has enabled, or enable STS \
                    for this one there"
                .to_owned();
        }
        if self.says("DurationSeconds") {
            return "lower `duration`, or raise the maximum session duration of the role"
                .to_owned();
        }
        if self.says("no identity-based policy allows") {
            return "allow sts:AssumeRole on this role to the caller".to_owned();
        }
        "AWS answers the same whether the role does not exist, its trust policy does not allow the \
         caller, it asks for another external id, or the caller may not assume it: check all four; \
         if the role or its trust policy is new, wait: it can take up to 5 minutes to be usable"
            .to_owned()
    }

    fn of_credentials(&self) -> String {
        match self.code {
            "SignatureDoesNotMatch" | "InvalidSignatureException" => {
                "check the credentials: the secret is not the one of this access key id; it may \
                 have lost or gained a character"
                    .to_owned()
            }
            "IncompleteSignature" | "IncompleteSignatureException" => {
                "check the credentials: the access key id is malformed; it and the secret may be \
                 swapped"
                    .to_owned()
            }
            "MissingAuthenticationToken" | "MissingAuthenticationTokenException" => {
                "the signature was lost on its way: check the proxy".to_owned()
            }
            _ => {
                let region = self.endpoint.region.as_deref().unwrap_or("none");
                let partition = self.endpoint.partition();
                format!(
                    "check the credentials: the access key may be deleted or inactive, lack its \
                     session token, or belong to another partition: region {region} is of \
                     partition {partition}, which knows no keys of others: set aws.region \
                     to one of the key's partition; a region that accounts opt in to, such as \
                     eu-south-1, knows only keys of accounts that did: enable it, or set \
                     aws.region to another"
                )
            }
        }
    }

    fn of_clock(&self, here: SystemTime) -> String {
        match self.time_there.and_then(|there| offset(here, there)) {
            Some(offset) => format!("set the clock of this machine, which is {offset}"),
            None => "set the clock of this machine; if it is right, something held the request up \
                     for minutes"
                .to_owned(),
        }
    }

    fn of_network(&self) -> String {
        let host = match &self.endpoint.host {
            Some(host) => format!("{host} did not answer: "),
            None => String::new(),
        };
        let proxy = match self.endpoint.proxy {
            Some(name) => format!(
                "; {name} is set, so the call goes through that proxy unless NO_PROXY names the \
                 host"
            ),
            None => "; if there is a proxy, name it in HTTPS_PROXY".to_owned(),
        };
        format!("{host}check the network, DNS, aws.region and aws.endpoint_url{proxy}")
    }

    fn of_certificate(&self) -> String {
        let host = self.endpoint.host.as_deref().unwrap_or("the endpoint");
        if self.says("UnknownIssuer") {
            format!(
                "who answered for {host} has a certificate of an authority that this machine does \
                 not know: if a proxy inspects TLS here, name the PEM file of its CA in \
                 agent.ca_file or AWS_CA_BUNDLE"
            )
        } else {
            format!(
                "check aws.endpoint_url, the clock of this machine, and what stands between it and \
                 {host}"
            )
        }
    }

    fn of_refusal(&self) -> Option<String> {
        match self.code {
            "AWSOrganizationsNotInUseException" => Some(
                "the caller's account is in no organization: remove [aws.organization], or use \
                 credentials of the management account"
                    .to_owned(),
            ),
            "" => Some(MAY_BE_ANOTHER.to_owned()),
            _ => None,
        }
    }

    fn of_server(&self) -> String {
        let later = "try again in a few minutes";
        match self.code {
            "" => format!("{later}; if it lasts, {MAY_BE_ANOTHER}"),
            _ => format!("{later}; if it lasts, see AWS's health dashboard"),
        }
    }
}

/// How far the time `here` is from the one `there`, if by more than an answer takes.
fn offset(here: SystemTime, there: SystemTime) -> Option<String> {
    const TOLERANCE: Duration = Duration::from_secs(60);
    let (off, direction) = match here.duration_since(there) {
        Ok(fast) => (fast, "fast"),
        Err(slow) => (slow.duration(), "slow"),
    };
    let minutes = Duration::from_secs((off.as_secs() + 30) / 60 * 60);
    (off > TOLERANCE).then(|| format!("{} {direction}", humantime::format_duration(minutes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_says_how_far_the_clock_is_off_unless_it_is_right() {
        let there = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let seconds = |seconds| Duration::from_secs(seconds);
        assert_eq!(
            offset(there + seconds(7229), there).as_deref(),
            Some("2h fast")
        );
        assert_eq!(
            offset(there - seconds(1019), there).as_deref(),
            Some("17m slow")
        );
        assert_eq!(offset(there + seconds(60), there), None);
    }
}

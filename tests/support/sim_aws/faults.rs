//! What can go wrong, and when.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::SimUser;
use super::answer::Refusal;
use super::call::Call;

/// One way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Throttling,
    Denied(Denial),
    ExpiredToken,
    InvalidClientTokenId,
    ServiceFailure,
    ServiceUnavailable,
    /// A refusal in these words.
    Says(&'static str),
    /// The connection ends instead of an answer.
    CutBefore,
    /// The connection ends in the middle of an answer.
    CutWithin,
    /// 200 and an answer whose tags do not match.
    MismatchedXml,
    /// 200 and an HTML page, as a captive portal or a proxy has it.
    Html,
    /// 500 and an HTML page, as an emulator has it that does not know the action.
    HtmlError,
    /// A refusal of an action that there is not.
    InvalidAction,
    /// 200 and only so many bytes of the answer, with their number as its length.
    TruncatedAt(usize),
    /// 200 and nothing.
    EmptyBody,
    /// A truncated page without a marker.
    NoMarker,
    /// From the second page on, the marker that the page was asked for.
    RepeatedMarker,
    /// Every page is truncated, and their markers take turns.
    MarkersInTurn,
    /// Every page is the first one and truncated, and no marker comes back.
    NewMarkers,
    /// 200 and an answer that never ends.
    Endless,
    /// 200 and an answer whose entities grow without bound.
    EntityBomb,
    /// 200 and an answer with an entity that XML does not have.
    UnknownEntity,
    /// A request that AWS says it waited for too long, if it is for more than so many entries.
    TimeoutAbove(usize),
    /// A refusal with a message of so many bytes.
    LongRefusal(usize),
    /// GetAccountSummary counts so many users more, or less.
    WrongCount(i64),
    /// A page lists its first user twice.
    RepeatedUser,
    /// A page lists its first user in place of its last one.
    UserInPlaceOfAnother,
}

/// Why AWS denies a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    NothingAllows,
    IdentityPolicy,
    ServiceControlPolicy,
}

/// What a fault changes in an answer that is otherwise given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twist {
    NoMarker,
    RepeatedMarker,
    MarkersInTurn,
    NewMarkers,
    WrongCount(i64),
    RepeatedUser,
    UserInPlaceOfAnother,
}

/// A fault, and the calls that it hits.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    action: Option<&'static str>,
    target: Option<String>,
    filter: Option<&'static str>,
    key: Option<String>,
    fault: Fault,
    spared: u32,
    hits_max: u32,
    chance: Option<Chance>,
    calls: u32,
}

#[derive(Clone, Debug)]
struct Chance {
    probability: f64,
    seed: u64,
    repeats: HashMap<u64, u32>,
}

impl Fault {
    /// Hits every call of `action`.
    pub(crate) fn of(self, action: &'static str) -> Rule {
        Rule {
            action: Some(action),
            ..self.of_all()
        }
    }

    /// Hits every call.
    pub(crate) fn of_all(self) -> Rule {
        Rule {
            action: None,
            target: None,
            filter: None,
            key: None,
            fault: self,
            spared: 0,
            hits_max: u32::MAX,
            chance: None,
            calls: 0,
        }
    }

    pub(super) fn twist(self) -> Option<Twist> {
        match self {
            Self::NoMarker => Some(Twist::NoMarker),
            Self::RepeatedMarker => Some(Twist::RepeatedMarker),
            Self::MarkersInTurn => Some(Twist::MarkersInTurn),
            Self::NewMarkers => Some(Twist::NewMarkers),
            Self::WrongCount(off) => Some(Twist::WrongCount(off)),
            Self::RepeatedUser => Some(Twist::RepeatedUser),
            Self::UserInPlaceOfAnother => Some(Twist::UserInPlaceOfAnother),
            _ => None,
        }
    }

    /// Whether a refusal takes the answer's place; what is spoiled on the wire has happened.
    pub(super) fn refuses(self) -> bool {
        self.refusal(|_| String::new()).is_some()
    }

    /// The refusal that takes the answer's place, unless the fault hits on the wire.
    pub(super) fn refusal(self, denied: impl FnOnce(Denial) -> String) -> Option<Refusal> {
        let expired = "The security token included in the request is expired";
        let invalid = "The security token included in the request is invalid.";
        let failure = "The request processing has failed because of an unknown error.";
        Some(match self {
            Self::Throttling => Refusal::new(400, "Throttling", "Rate exceeded"),
            Self::Denied(denial) => Refusal::new(403, "AccessDenied", denied(denial)),
            Self::ExpiredToken => Refusal::new(403, "ExpiredToken", expired),
            Self::InvalidClientTokenId => Refusal::new(403, "InvalidClientTokenId", invalid),
            Self::ServiceFailure => Refusal::new(500, "ServiceFailure", failure),
            Self::ServiceUnavailable => {
                Refusal::new(503, "ServiceUnavailable", "Service is unavailable.")
            }
            Self::TimeoutAbove(_) => {
                Refusal::new(408, "RequestTimeout", "The request took too long.")
            }
            Self::InvalidAction => Refusal::new(400, "InvalidAction", "Could not find operation."),
            Self::LongRefusal(bytes) => Refusal::new(400, "ValidationError", "x".repeat(bytes)),
            Self::Says(words) => Refusal::new(400, "ValidationError", words),
            _ => return None,
        })
    }
}

impl Twist {
    /// The users of a page as they are answered.
    pub(super) fn users(twist: Option<Self>, mut users: Vec<&SimUser>) -> Vec<&SimUser> {
        let first = users.first().copied();
        match twist {
            Some(Self::RepeatedUser) => users.extend(first),
            Some(Self::UserInPlaceOfAnother) => {
                users.pop();
                users.extend(first);
            }
            _ => (),
        }
        users
    }
}

impl Denial {
    /// How AWS ends its sentence about a denied `action`.
    pub(super) fn because(self, action: &str) -> String {
        match self {
            Self::NothingAllows => {
                format!("because no identity-based policy allows the {action} action")
            }
            Self::IdentityPolicy => "with an explicit deny in an identity-based policy".to_owned(),
            Self::ServiceControlPolicy => {
                "with an explicit deny in a service control policy".to_owned()
            }
        }
    }
}

impl Rule {
    /// Only calls about this user, group or key.
    pub(crate) fn about(mut self, name: &str) -> Self {
        self.target = Some(name.to_owned());
        self
    }

    /// Only calls that ask for this kind of entity.
    pub(crate) fn listing(mut self, filter: &'static str) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Only calls signed with this access key.
    pub(crate) fn signed_with(mut self, access_key_id: &str) -> Self {
        self.key = Some(access_key_id.to_owned());
        self
    }

    /// Not the first so many calls.
    pub(crate) fn sparing(mut self, calls: u32) -> Self {
        self.spared = calls;
        self
    }

    /// Only so many calls.
    pub(crate) fn times(mut self, calls: u32) -> Self {
        self.hits_max = calls;
        self
    }

    /// Only some calls: drawn from the seed, what the call asks for and how often it was asked
    /// before, so that the order in which calls arrive changes nothing.
    pub(crate) fn with_probability(mut self, probability: f64, seed: u64) -> Self {
        self.chance = Some(Chance {
            probability,
            seed,
            repeats: HashMap::new(),
        });
        self
    }

    /// The fault, if it hits this call.
    pub(super) fn hit(&mut self, action: &'static str, call: &Call) -> Option<Fault> {
        let target = call.target().map(|(_, name)| name);
        let asked_for = call.param("MaxItems").and_then(|items| items.parse().ok());
        let is_small = |most: usize| asked_for.unwrap_or(100) <= most;
        let is_meant = !matches!(self.fault, Fault::TimeoutAbove(most) if is_small(most))
            && self.action.is_none_or(|meant| meant == action)
            && self
                .target
                .as_deref()
                .is_none_or(|meant| target == Some(meant))
            && self
                .filter
                .is_none_or(|meant| call.members("Filter").any(|asked| asked == meant))
            && self
                .key
                .as_deref()
                .is_none_or(|meant| call.access_key_id == meant);
        if !is_meant {
            return None;
        }
        self.calls += 1;
        let is_due = self.calls > self.spared && self.calls - self.spared <= self.hits_max;
        let is_drawn = self
            .chance
            .as_mut()
            .is_none_or(|chance| chance.draw(action, call));
        (is_due && is_drawn).then_some(self.fault)
    }
}

impl Chance {
    fn draw(&mut self, action: &str, call: &Call) -> bool {
        let mut hasher = DefaultHasher::new();
        (self.seed, action, call.target(), call.param("Marker")).hash(&mut hasher);
        let asked = hasher.finish();
        let repeats = self.repeats.entry(asked).or_default();
        *repeats += 1;
        fastrand::Rng::with_seed(asked ^ u64::from(*repeats)).f64() < self.probability
    }
}

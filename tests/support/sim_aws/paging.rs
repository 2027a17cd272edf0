//! Pages: MaxItems, Marker, and the shapes that pages may have.

use std::collections::BTreeMap;
use std::ops::Bound;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::actions::Ctx;
use super::answer::Refusal;
use super::call::Call;
use super::faults::Twist;
use super::xml::Xml;

/// How a listing is cut into pages. AWS promises only that pages have an end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageShape {
    items_max: usize,
    empty_first: u32,
    ends_empty: bool,
}

impl PageShape {
    /// As full as MaxItems allows, the last one telling that it is the last.
    pub(crate) const FULL: Self = Self {
        items_max: usize::MAX,
        empty_first: 0,
        ends_empty: false,
    };

    /// Never more than `items_max`, whatever MaxItems says.
    pub(crate) const fn short(items_max: usize) -> Self {
        Self {
            items_max,
            ..Self::FULL
        }
    }

    /// So many empty pages before each page that holds something.
    pub(crate) const fn with_empty(self, pages: u32) -> Self {
        Self {
            empty_first: pages,
            ..self
        }
    }

    /// A full last page does not know that it is the last: an empty one follows.
    pub(crate) const fn ending_empty(self) -> Self {
        Self {
            ends_empty: true,
            ..self
        }
    }
}

/// One page of a listing.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    is_truncated: bool,
    marker: Option<String>,
}

/// Where a page starts: after a key, and after so many empty pages there.
#[derive(Debug, Default)]
struct Start {
    after: Option<String>,
    empty: u32,
}

impl<T> Page<T> {
    /// The page that the call asks for. `from` yields the listing in the order of its keys, from
    /// the first one past the given key: what is deleted or created meanwhile moves nothing else.
    pub(super) fn of<K, I>(
        ctx: &Ctx<'_>,
        from: impl FnOnce(Option<&str>) -> I,
    ) -> Result<Self, Refusal>
    where
        K: AsRef<str>,
        I: Iterator<Item = (K, T)>,
    {
        let items_max = items_max(ctx.call)?.min(ctx.shape.items_max);
        let start = Start::asked(ctx.call)?;
        let mut listing = from(start.after.as_deref()).peekable();
        let next = if start.empty < ctx.shape.empty_first && listing.peek().is_some() {
            let empty = start.empty + 1;
            return Ok(Self::ending(
                ctx,
                Vec::new(),
                Some(Start { empty, ..start }),
            ));
        } else {
            &mut listing
        };
        let mut items = Vec::new();
        let mut last = None;
        for (key, item) in next.take(items_max) {
            items.push(item);
            last = Some(key);
        }
        let goes_on =
            listing.peek().is_some() || (ctx.shape.ends_empty && items.len() == items_max);
        let next = last.filter(|_| goes_on).map(|key| Start {
            after: Some(key.as_ref().to_owned()),
            empty: 0,
        });
        Ok(Self::ending(ctx, items, next))
    }

    fn ending(ctx: &Ctx<'_>, items: Vec<T>, next: Option<Start>) -> Self {
        let marker = next.map(|next| next.marker());
        let (is_truncated, marker) = match (ctx.twist, ctx.call.param("Marker")) {
            (Some(Twist::NoMarker), _) => (true, None),
            (Some(Twist::RepeatedMarker), Some(asked)) => (true, Some(asked.to_owned())),
            (Some(Twist::MarkersInTurn), asked) => {
                let turn = |empty| Start { after: None, empty }.marker();
                let first = turn(1);
                let next = if asked == Some(&first) {
                    turn(2)
                } else {
                    first
                };
                (true, Some(next))
            }
            (Some(Twist::NewMarkers), _) => {
                let asked = Start::asked(ctx.call).unwrap_or_default();
                let (empty, after) = (asked.empty + 1, None);
                (true, Some(Start { after, empty }.marker()))
            }
            _ => (marker.is_some(), marker),
        };
        Self {
            items,
            is_truncated,
            marker,
        }
    }

    /// The elements after the listing.
    pub(super) fn end(&self, xml: &mut Xml) {
        xml.flag("IsTruncated", self.is_truncated);
        if let Some(marker) = &self.marker {
            xml.text("Marker", marker);
        }
    }
}

impl Start {
    fn asked(call: &Call) -> Result<Self, Refusal> {
        let Some(marker) = call.param("Marker") else {
            return Ok(Self::default());
        };
        let bytes = URL_SAFE_NO_PAD.decode(marker).unwrap_or_default();
        let text = String::from_utf8(bytes).unwrap_or_default();
        let (empty, after) = text
            .split_once('\n')
            .ok_or_else(|| Refusal::invalid("Invalid Marker."))?;
        Ok(Self {
            after: (!after.is_empty()).then(|| after.to_owned()),
            empty: empty.parse().unwrap_or_default(),
        })
    }

    fn marker(&self) -> String {
        let after = self.after.as_deref().unwrap_or_default();
        URL_SAFE_NO_PAD.encode(format!("{}\n{after}", self.empty))
    }
}

fn items_max(call: &Call) -> Result<usize, Refusal> {
    let Some(asked) = call.param("MaxItems") else {
        return Ok(100);
    };
    let refusal = |constraint: &str| {
        Err(Refusal::invalid(format!(
            "1 validation error detected: Value '{asked}' at 'maxItems' failed to satisfy \
             constraint: Member must have value {constraint}"
        )))
    };
    match asked.parse() {
        Ok(0) => refusal("greater than or equal to 1"),
        Ok(items @ 1..=1000) => Ok(items),
        _ => refusal("less than or equal to 1000"),
    }
}

/// The entries of `map` past `key`.
pub(super) fn past<'a, V>(
    map: &'a BTreeMap<String, V>,
    key: Option<&str>,
) -> impl Iterator<Item = (&'a str, &'a V)> + use<'a, V> {
    let start = key.map_or(Bound::Unbounded, Bound::Excluded);
    map.range::<str, _>((start, Bound::Unbounded))
        .map(|(key, value)| (key.as_str(), value))
}

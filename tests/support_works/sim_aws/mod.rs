//! The simulated AWS is one to the real SDK: what it holds, and how it fails.

mod details;
mod failures;
mod listings;
mod nonsense;
mod per_user;
mod reports;
mod requests;
mod sessions;
mod verdicts;

use time::OffsetDateTime;

/// Every item of a listing, over all its pages.
macro_rules! all {
    ($request:expr) => {{
        let items = $request.into_paginator().items().send();
        items.collect::<Result<Vec<_>, _>>().await.unwrap()
    }};
}
use all;

fn at(date: &aws_sdk_iam::primitives::DateTime) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(date.secs()).unwrap()
}

//! Listings: their pages, and who the users in them are.

mod convert;
mod distinct;
mod identity;
mod pages;
mod users;

pub(in crate::collect) use convert::{attached_policies, mfa_device, moment};
pub(in crate::collect) use distinct::{Admitted, DistinctUsers};
pub(in crate::collect) use identity::{
    AccountScope, IdentityParts, RefusedUser, UserIdentity, quoted,
};
pub(in crate::collect) use pages::{
    PAGE_SIZE, Page, PageReceiver, PageSender, all, channel, meanwhile, send_each,
};
pub(in crate::collect) use users::{ListedUser, every_user, send_users, user_pages};

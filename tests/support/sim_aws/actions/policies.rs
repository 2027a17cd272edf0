//! Policies of users and groups: attached, and inline.

use std::collections::{BTreeMap, BTreeSet};

use super::super::answer::Answer;
use super::super::paging::{Page, past};
use super::super::policy::{Document, name_in};
use super::super::xml::Xml;
use super::Ctx;

pub(super) fn attached(ctx: &Ctx<'_>, arns: &BTreeSet<String>) -> Answer {
    let page = Page::of(ctx, |key| {
        let key = key.map(str::to_owned);
        let rest = arns
            .iter()
            .filter(move |arn| key.as_ref().is_none_or(|key| *arn > key));
        rest.map(|arn| (arn, arn))
    })?;
    let mut xml = Xml::default();
    xml.list("AttachedPolicies", &page.items, |xml, arn| {
        reference(xml, arn)
    });
    page.end(&mut xml);
    Ok(xml)
}

/// Only names, as the API has it.
pub(super) fn inline(ctx: &Ctx<'_>, policies: &BTreeMap<String, Document>) -> Answer {
    let page = Page::of(ctx, |key| past(policies, key).map(|(name, _)| (name, name)))?;
    let mut xml = Xml::default();
    xml.element("PolicyNames", |xml| {
        for name in &page.items {
            xml.text("member", name);
        }
    });
    page.end(&mut xml);
    Ok(xml)
}

/// A policy that is attached to something.
pub(super) fn reference(xml: &mut Xml, arn: &str) {
    xml.text("PolicyName", name_in(arn));
    xml.text("PolicyArn", arn);
}

/// An inline policy with its document.
pub(super) fn document(xml: &mut Xml, (name, document): (&String, &Document)) {
    xml.text("PolicyName", name);
    xml.text("PolicyDocument", &document.encoded);
}

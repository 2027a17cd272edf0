//! Whether the last page of each kind of file is there.

use std::collections::BTreeMap;

/// The pages seen, by kind of file. The order of the files does not matter, since a shell sorts
/// `page-10` before `page-2`: a list is complete when a page of its kind says it is the last.
#[derive(Default)]
pub(super) struct Pages(BTreeMap<&'static str, Seen>);

#[derive(Default)]
struct Seen {
    last_page: bool,
    cut_short: Option<String>,
}

impl Pages {
    /// Notes a page of `kind`.
    pub(super) fn note(&mut self, kind: &'static str, file: &str, cut_short: bool) {
        let seen = self.0.entry(kind).or_default();
        if cut_short {
            seen.cut_short = Some(file.to_owned());
        } else {
            seen.last_page = true;
        }
    }

    /// A warning for each list whose last page is missing.
    pub(super) fn warnings(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|(kind, seen)| {
            let file = seen.cut_short.as_ref().filter(|_| !seen.last_page)?;
            Some(format!(
                "{file}: IsTruncated or NextToken says that more follows, and the last page of \
                 {kind} is not among the files; what the missing pages hold is left out: pass \
                 every page"
            ))
        })
    }
}

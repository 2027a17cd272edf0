//! XML, written cheaply.

use std::borrow::Cow;
use std::fmt::Write;

use time::OffsetDateTime;

/// A piece of an answer.
#[derive(Debug, Default)]
pub(super) struct Xml(String);

impl Xml {
    /// Writes `<tag>` and `</tag>` around what `content` writes.
    pub(super) fn element(&mut self, tag: &str, content: impl FnOnce(&mut Self)) {
        self.open(tag);
        content(self);
        self.close(tag);
    }

    pub(super) fn text(&mut self, tag: &str, text: &str) {
        self.element(tag, |xml| xml.0.push_str(&escaped(text)));
    }

    pub(super) fn flag(&mut self, tag: &str, flag: bool) {
        self.text(tag, if flag { "true" } else { "false" });
    }

    pub(super) fn number(&mut self, tag: &str, number: i64) {
        self.element(tag, |xml| {
            let _ = write!(xml.0, "{number}");
        });
    }

    pub(super) fn date(&mut self, tag: &str, at: OffsetDateTime) {
        self.element(tag, |xml| {
            let (date, time) = (at.date(), at.time());
            let _ = write!(
                xml.0,
                "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                date.year(),
                u8::from(date.month()),
                date.day(),
                time.hour(),
                time.minute(),
                time.second()
            );
        });
    }

    /// `<tag><member>..</member>..</tag>`, with what `write` writes of each item.
    pub(super) fn list<T>(
        &mut self,
        tag: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.element(tag, |xml| {
            for item in items {
                xml.element("member", |xml| write(xml, item));
            }
        });
    }

    /// The whole answer of `action`, with this as its result.
    pub(super) fn into_response(self, action: &str, namespace: &str, request_id: &str) -> String {
        format!(
            "<{action}Response xmlns=\"{namespace}\">\n<{action}Result>{}</{action}Result>\n\
             <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>\n\
             </{action}Response>\n",
            self.0
        )
    }

    fn open(&mut self, tag: &str) {
        self.0.push('<');
        self.0.push_str(tag);
        self.0.push('>');
    }

    fn close(&mut self, tag: &str) {
        self.0.push_str("</");
        self.0.push_str(tag);
        self.0.push('>');
    }
}

/// Text as it may stand between tags.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    Cow::Owned(text.replace('>', "&gt;").replace('"', "&quot;"))
}

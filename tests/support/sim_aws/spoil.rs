//! What a fault does to an answer on its way out.

use super::answer::{Fate, Sent};
use super::faults::Fault;

const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\
                    <body><p>Sign in to use this network.<br></p></body></html>\n";

impl Fault {
    pub(super) fn spoil(self, sent: &mut Sent) {
        match self {
            Self::CutBefore => sent.fate = Fate::CutBefore,
            Self::CutWithin => sent.fate = Fate::CutWithin,
            Self::Endless => sent.fate = Fate::Endless,
            Self::EntityBomb => {
                let declared = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
                let text = String::from_utf8_lossy(&sent.body);
                sent.body = format!("{declared}{}", text.replacen("</", "&b;</", 1)).into();
            }
            Self::UnknownEntity => {
                let text = String::from_utf8_lossy(&sent.body);
                sent.body = text.replacen("</", "&unheard;</", 1).into();
            }
            Self::EmptyBody => sent.body.clear(),
            Self::TruncatedAt(length) => sent.body.truncate(length),
            Self::Html => {
                sent.content_type = "text/html";
                sent.body = PAGE.into();
            }
            Self::HtmlError => {
                sent.status = 500;
                sent.content_type = "text/html";
                sent.body = PAGE.into();
            }
            Self::MismatchedXml => {
                let text = String::from_utf8_lossy(&sent.body);
                let end = text.rfind("</").unwrap_or_default();
                let (before, after) = text.split_at(end);
                sent.body = format!("{before}</Nonsense>{after}").into();
            }
            _ => (),
        }
    }
}

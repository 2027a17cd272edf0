//! What holds for any input.

use proptest::prelude::*;

use super::*;

/// Splits `items` into `pages` parts at arbitrary places, keeping their order.
fn split(items: &[Value], pages: usize, cuts: &[prop::sample::Index]) -> Vec<Vec<Value>> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(items.len() + 1)).collect();
    ends.truncate(pages - 1);
    ends.sort_unstable();
    ends.push(items.len());
    let mut start = 0;
    let page = |end: usize| items[std::mem::replace(&mut start, end)..end].to_vec();
    ends.into_iter().map(page).collect()
}

proptest! {
    #[test]
    fn any_split_of_the_details_into_pages_gives_the_same_users(
        pages in 1..6_usize,
        user_cuts in prop::collection::vec(any::<prop::sample::Index>(), 5),
        group_cuts in prop::collection::vec(any::<prop::sample::Index>(), 5),
    ) {
        let groups = ["a", "b", "c", "d"];
        let users: Vec<Value> = (0..9)
            .map(|n| detailed(&format!("user{n}"), &groups[n % 3..n % 3 + n % 2]))
            .collect();
        let groups = groups.map(group);
        let whole = load(&[details(&users, &groups)]).unwrap();

        let users = split(&users, pages, &user_cuts);
        let groups = split(&groups, pages, &group_cuts);
        let mut documents: Vec<Value> =
            users.iter().zip(&groups).map(|(users, groups)| details(users, groups)).collect();
        for page in &mut documents[..pages - 1] {
            page["IsTruncated"] = json!(true);
        }
        let paged = load(&documents).unwrap();
        prop_assert_eq!(&paged.users, &whole.users);
        prop_assert_eq!(paged.warnings(), whole.warnings());
    }

    #[test]
    fn arbitrary_bytes_never_panic(content in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = FromFiles::from_documents(&[("file", &content)], read_at());
    }

    #[test]
    fn a_report_with_arbitrary_cells_never_panics(
        cells in prop::collection::vec("[a-z:,\"\r\n]{0,12}|N/A|true|[0-9]{4}-01-01T00:00:00[+-][0-9]{2}:00", 0..30),
    ) {
        let report = format!("{HEADER}\n{}", cells.join(","));
        let _ = load_texts(&[list_users(&[listed("anna")]).to_string(), report]);
    }

    #[test]
    fn a_file_with_one_byte_changed_never_panics(at in any::<prop::sample::Index>(), byte: u8) {
        let mut content = details(&[detailed("anna", &["a"])], &[group("a")]).to_string().into_bytes();
        let at = at.index(content.len());
        content[at] = byte;
        let _ = FromFiles::from_documents(&[("file", &content)], read_at());
    }
}

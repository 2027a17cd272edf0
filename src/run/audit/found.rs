//! What is followed is what was found the last time: that it cannot be found again ends nothing.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::sleep;

/// Has `follow` follow what `find` finds, for ever. It is found again `every` so often, which may take
/// as long as it will; what was found before is followed until it is something else.
pub(super) async fn follow_found<T: PartialEq, E>(
    every: Duration,
    find: impl AsyncFn(Option<&T>) -> T,
    follow: impl AsyncFn(&T) -> Result<Infallible, E>,
) -> Result<Infallible, E> {
    let mut found = find(None).await;
    loop {
        let last = &found;
        let other = async {
            loop {
                sleep(every).await;
                let again = find(Some(last)).await;
                if again != *last {
                    return again;
                }
            }
        };
        let other = tokio::select! {
            ended = follow(last) => return ended,
            other = other => other,
        };
        found = other;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    /// Ends as soon as it follows a third thing.
    #[tokio::test(start_paused = true)]
    async fn what_was_found_is_followed_without_a_break_until_something_else_is() {
        let (begun, followed) = (tokio::time::Instant::now(), RefCell::new(Vec::new()));
        let finds = RefCell::new([(0, 1), (0, 1), (5, 2), (0, 3)].into_iter());
        let find = async |_: Option<&u32>| {
            let (hours, found) = finds.borrow_mut().next().unwrap();
            sleep(HOUR * hours).await;
            found
        };
        let follow = async |found: &u32| {
            followed.borrow_mut().push((*found, begun.elapsed()));
            match found {
                3 => Err("the end"),
                _ => std::future::pending().await,
            }
        };
        assert_eq!(follow_found(HOUR, find, follow).await, Err("the end"));
        // To find the second one took five hours, beside the two before it.
        let expected = [(1, Duration::ZERO), (2, HOUR * 7), (3, HOUR * 8)];
        assert_eq!(followed.into_inner(), expected);
    }
}

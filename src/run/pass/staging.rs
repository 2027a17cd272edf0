//! Chunks of users into the store: while one is written, the next one is mapped.

use std::collections::HashSet;
use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::chunk::Chunks;
use super::fact_times::FactTimes;
use super::one_pass::Pass;
use super::report::{PassReport, UnknownCounts, count_unknown};
use crate::model::User;
use crate::observe::Phase;
use crate::run::stage::{AccountVerdicts, Prepared, Stager};
use crate::steps::{self, Step};
use crate::store::StoreError;

/// One chunk is written while another is mapped.
const CHUNKS_IN_WORK: u32 = 2;

/// Who was seen in a pass.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) ids: HashSet<String>,
    pub(super) newest: Option<OffsetDateTime>,
    pub(super) times: FactTimes,
}

/// What a pass has observed so far.
#[derive(Debug, Default)]
pub(super) struct Observed {
    pub(super) report: PassReport,
    pub(super) seen: Seen,
    /// Users by the fact of theirs that is unknown.
    pub(super) unknown_facts: UnknownCounts,
}

/// A chunk that is mapped.
struct Mapped {
    users: usize,
    prepared: Prepared,
    /// Held until the chunk is written.
    _permit: Option<OwnedSemaphorePermit>,
}

impl Seen {
    fn add(&mut self, users: &[User]) {
        self.ids.extend(users.iter().map(|user| user.id.clone()));
        self.newest = self
            .newest
            .max(users.iter().map(|user| user.created_at).max());
        users.iter().for_each(|user| self.times.add(user));
    }
}

impl Pass<'_> {
    /// Stages `chunks`. `notify` is called for each one that is durable, with how many users it has.
    pub(super) async fn stage_chunks(
        &self,
        mut chunks: Chunks<'_>,
        (stager, verdicts): (&Arc<Stager>, &Arc<AccountVerdicts>),
        Observed {
            report,
            seen,
            unknown_facts,
        }: &mut Observed,
        notify: &mut impl FnMut(usize),
    ) -> Result<(), StoreError> {
        let in_work = Arc::new(Semaphore::new(CHUNKS_IN_WORK as usize));
        let (to_write, mut mapped) = mpsc::channel(1);
        let map = async move {
            loop {
                let mut chunk = chunks.next().await;
                if chunk.is_empty() {
                    return Ok(());
                }
                steps::reach(Step::ChunkCollected);
                chunk.retain(|user| self.mapping.includes(user));
                seen.add(&chunk);
                count_unknown(unknown_facts, &chunk, verdicts);
                // Where room is scarce, what there is shows when the last chunk is written.
                let is_alone = !stager.has_ample_room();
                let permits = if is_alone { CHUNKS_IN_WORK } else { 1 };
                let permit = Arc::clone(&in_work).acquire_many_owned(permits).await.ok();
                let users = chunk.len();
                let chunk = Mapped {
                    users,
                    prepared: stager.prepare(self.store, chunk, verdicts).await?,
                    _permit: permit,
                };
                if to_write.send(chunk).await.is_err() {
                    return Ok(());
                }
            }
        };
        let write = async {
            while let Some(chunk) = mapped.recv().await {
                let counts = chunk.prepared.write(self.store).await?;
                self.progress.add(Phase::Mapping, chunk.users);
                report.add_chunk(chunk.users, counts);
                steps::reach(Step::ChunkStaged);
                notify(chunk.users);
            }
            Ok(())
        };
        tokio::try_join!(map, write).map(|_| ())
    }
}

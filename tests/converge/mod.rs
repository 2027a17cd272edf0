//! What a sink holds converges to what is known, whatever AWS, sinks and the configuration do in
//! between: the whole agent, run as operators run it.

mod asked;
mod destination;
mod facts;
mod gone;
mod ids;
mod judged;
mod large;
mod logged;
mod renamed;
mod resync;
mod scps;
mod site;
mod slow_account;
mod small_outbox;
mod unheard;
mod upgraded;

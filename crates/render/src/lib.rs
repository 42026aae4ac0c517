//! `Session` → [`Graph`] → [`Schedule`] → lanes → stem set: every stem, the mix and the master in one pass, and the
//! proof that the stems sum to the mix.

mod audibility;
mod bounce;
mod dry;
mod engine;
mod error;
mod fault;
mod graph;
mod latency;
mod manifest;
mod master;
mod membership;
mod null;
mod occupied;
mod past;
mod player;
mod print;
mod schedule;
mod set;
mod signal;
mod slot;
mod strip;

pub use bounce::{BounceOptions, Bounced, Headroom, Progress, bounce, set_bytes};
pub use dry::dry;
pub use engine::{Block, Ended, EngineOptions, Sink, Tail, run};
pub use error::{BounceError, EngineError, GraphError};
pub use fault::Fault;
pub use graph::{Edge, Graph, KeyEdge, Node, PlacedClip, StemPlan};
pub use latency::Late;
pub use null::Null;
pub use schedule::Schedule;
pub use set::{MANIFEST, MASTER, MIX, PREMASTER, RECEIPT};

//! `Session` → [`Graph`] → [`Schedule`] → lanes → stem set: every stem, the mix and the master in one pass, and the
//! proof that the stems sum to the mix.

mod audibility;
mod bounce;
mod cache;
mod carried;
mod clips;
mod delivery;
mod dry;
mod engine;
mod error;
mod fault;
mod graph;
mod impulses;
mod latency;
mod manifest;
mod master;
mod membership;
mod null;
mod occupied;
mod pairs;
mod past;
mod plan;
mod player;
mod print;
mod route;
mod schedule;
mod set;
mod signal;
mod slot;
mod strip;
mod vcas;

pub use bounce::{BounceOptions, Bounced, Headroom, Progress, bounce};
pub use cache::CacheOptions;
pub use clips::PlacedClip;
pub use delivery::{MASTER, MIX, PREMASTER};
pub use dry::dry;
pub use engine::{Block, Ended, EngineOptions, Sink, Tail, run};
pub use error::{BounceError, EngineError, GraphError};
pub use fault::Fault;
pub use graph::{Edge, ExtraPlan, Graph, KeyEdge, Node, StemPlan};
pub use impulses::Impulses;
pub use latency::Late;
pub use null::Null;
pub use plan::plan;
pub use schedule::Schedule;
pub use set::{MANIFEST, RECEIPT};

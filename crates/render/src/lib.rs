//! `Session` → [`Graph`] → [`Schedule`] → lanes → stem set: every stem, the mix and the master in one pass, and the
//! proof that the stems sum to the mix.

mod audibility;
mod engine;
mod error;
mod fault;
mod graph;
mod master;
mod membership;
mod player;
mod schedule;
mod signal;
mod slot;
mod strip;

pub use engine::{Block, Ended, EngineOptions, Sink, Tail, run};
pub use error::{EngineError, GraphError};
pub use fault::Fault;
pub use graph::{Edge, Graph, KeyEdge, Node, PlacedClip, StemPlan};
pub use schedule::Schedule;

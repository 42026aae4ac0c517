//! Stemwright: Session to graph to schedule to lanes to StemSet.

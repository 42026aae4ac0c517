//! Small projects written by hand.

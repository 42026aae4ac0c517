//! Stemwright: inserts and meters: plain processors over blocks.

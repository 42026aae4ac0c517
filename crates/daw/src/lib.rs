//! Stemwright: session documents to and from Session.

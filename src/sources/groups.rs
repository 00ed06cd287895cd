//! The groups file.

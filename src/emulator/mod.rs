//! The local Google: so far, the sample estate that it will serve.

pub mod estate;

//! What time it is for a run: the time of this machine, or that of the emulator that the environment names. What the
//! emulator lets through ends by its own clock, and so does what is said of it.

use chrono::{SubsecRound as _, Utc};
use tokio::runtime;

use super::live;
use crate::{model::Time, tokens};

/// The time of this machine, to the second.
pub fn here() -> Time {
    Utc::now().trunc_subsecs(0)
}

/// The time where a run reads and writes, to the second. Whatever is wrong with an emulator is said when it is read.
pub fn there() -> Time {
    let told = || {
        let address = live::named().ok().flatten()?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build().ok()?;
        runtime.block_on(tokens::emulated::time(address))
    };
    told().map_or_else(here, |time| time.trunc_subsecs(0))
}

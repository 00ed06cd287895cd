//! What becomes of one request, drawn from a seed.

use super::{FailureKind, Weather};

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emulator) enum Fate {
    /// It is carried out and answered.
    Fine,
    /// It fails so.
    Fails(FailureKind),
    /// It came too often in its minute, of which so many seconds are left.
    OverLimit(u64),
}

impl Weather {
    /// What becomes of the nth request of this name, by the share of those that fail. The order in which different
    /// requests come is nothing to it.
    pub(super) fn fate(&self, name: &str, nth: u64) -> Fate {
        let (share, bits) = drawn(self.seed, name, nth);
        if share >= self.failing {
            return Fate::Fine;
        }
        Fate::Fails(match mixed(bits) % 5 {
            0 => FailureKind::TooMany,
            1 => FailureKind::Unavailable,
            2 => FailureKind::Reset,
            3 => FailureKind::ResetAfter,
            _ => FailureKind::Truncated,
        })
    }
}

/// A number from 0 to 1 for the nth of a name, and the bits that it was made of.
pub(super) fn drawn(seed: u64, name: &str, nth: u64) -> (f64, u64) {
    let bits = mixed(mixed(seed ^ hashed(name)).wrapping_add(nth));
    // 53 bits are what a float holds.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let share = (bits >> 11) as f64 / (1_u64 << 53) as f64;
    (share, bits)
}

fn hashed(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Every bit of it depends on every bit.
pub(super) fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

//! A set of numbers that is quick to join: thousands of accounts are each held against thousands.

/// Some of the numbers below a bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// None of the numbers below a bound.
    pub(super) fn none(bound: usize) -> Self {
        Self(vec![0; bound.div_ceil(64)])
    }

    /// Adds one.
    pub(super) fn add(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    /// Takes one out.
    pub(super) fn remove(&mut self, number: usize) {
        self.0[number / 64] &= !(1 << (number % 64));
    }

    /// Adds all of another; whether any of them is new.
    pub(super) fn join(&mut self, other: &Self) -> bool {
        let mut is_new = false;
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            is_new |= *other & !*own != 0;
            *own |= other;
        }
        is_new
    }

    /// Keeps those that are among others, too.
    pub(super) fn keep(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(own, other)| *own &= other);
    }

    /// Takes all of another out.
    pub(super) fn without(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own &= !other);
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Each of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(place, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let next = left.trailing_zeros() as usize;
                (left != 0).then(|| {
                    left &= left - 1;
                    place * 64 + next
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_bits_is_a_set() {
        let of = |numbers: &[usize]| {
            let mut bits = Bits::none(130);
            for number in numbers {
                bits.add(*number);
            }
            bits
        };
        let mut bits = of(&[0, 63, 64, 129]);
        assert!(bits.iter().eq([0, 63, 64, 129]));
        assert!(!bits.join(&of(&[63])) && bits.join(&of(&[65])));
        bits.without(&of(&[0, 64]));
        assert_eq!(bits, of(&[63, 65, 129]));
        bits.keep(&of(&[0, 65]));
        bits.remove(65);
        assert!(bits.is_empty() && bits.iter().next().is_none());
    }
}

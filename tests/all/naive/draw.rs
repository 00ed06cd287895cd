//! Choices out of a few bytes, so that proptest makes a failing estate smaller part by part.

/// When the bytes are used up, every choice is the first: the plainest stands first everywhere.
pub(crate) struct Draw<'a>(&'a [u8]);

impl<'a> Draw<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn number(&mut self, below: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % below
    }

    pub(super) fn of<T: Copy>(&mut self, pool: &[T]) -> T {
        pool[self.number(pool.len())]
    }

    /// A few of a pool, at least one.
    pub(super) fn some<T: Copy>(&mut self, pool: &[T], most: usize) -> Vec<T> {
        (0..=self.number(most)).map(|_| self.of(pool)).collect()
    }

    /// One pool as a rule, and the other one time in so many.
    pub(super) fn pool<'p, T>(&mut self, many: usize, usual: &'p [T], seldom: &'p [T]) -> &'p [T] {
        if self.one_in(many) { seldom } else { usual }
    }

    pub(super) fn one_in(&mut self, many: usize) -> bool {
        self.number(many) == many - 1
    }
}

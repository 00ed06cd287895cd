//! What an expression may come to.

use crate::access::Verdict;

/// The outcomes that an expression may have: true, false or an error, any of them or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Outcomes(u8);

impl Outcomes {
    /// None at all; no expression has this.
    pub const NONE: Self = Self(0);
    /// It is true.
    pub const TRUE: Self = Self(1);
    /// It is false.
    pub const FALSE: Self = Self(2);
    /// It is an error, which grants nothing.
    pub const ERROR: Self = Self(4);
    /// It is true or false.
    pub const EITHER: Self = Self(3);
    /// It may be anything.
    pub const ANY: Self = Self(7);

    /// These outcomes, or the others.
    #[must_use]
    pub fn or_else(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of the others are among these.
    pub fn contain(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The outcomes of `a && b`: what is false absorbs errors.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        let both = |left: Self, right: Self| self.contain(left) && other.contain(right);
        let mut found = Self::NONE;
        if both(Self::TRUE, Self::TRUE) {
            found = found.or_else(Self::TRUE);
        }
        if self.contain(Self::FALSE) || other.contain(Self::FALSE) {
            found = found.or_else(Self::FALSE);
        }
        let is_error =
            both(Self::ERROR, Self::TRUE) || both(Self::TRUE, Self::ERROR) || both(Self::ERROR, Self::ERROR);
        if is_error { found.or_else(Self::ERROR) } else { found }
    }

    /// The outcomes of `a || b`: what is true absorbs errors.
    #[must_use]
    pub(super) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    /// The outcomes of `!a`: an error stays one.
    #[must_use]
    pub(super) fn not(self) -> Self {
        let Self(bits) = self;
        Self((bits & 4) | ((bits & 1) << 1) | ((bits & 2) >> 1))
    }

    /// Whether a grant counts under a condition with these outcomes: only what is true grants.
    pub fn grants(self) -> Verdict {
        match self {
            Self::TRUE => Verdict::Yes,
            _ if self.contain(Self::TRUE) => Verdict::Unknown,
            _ => Verdict::No,
        }
    }

    /// Whether a deny rule counts under a condition with these outcomes: an error denies.
    pub(super) fn denies(self) -> Verdict {
        match self {
            Self::FALSE => Verdict::No,
            _ if self.contain(Self::FALSE) => Verdict::Unknown,
            _ => Verdict::Yes,
        }
    }
}

impl From<bool> for Outcomes {
    fn from(is_true: bool) -> Self {
        if is_true { Self::TRUE } else { Self::FALSE }
    }
}

#[cfg(test)]
mod tests {
    use super::Outcomes;

    const EACH: [Outcomes; 3] = [Outcomes::TRUE, Outcomes::FALSE, Outcomes::ERROR];

    /// What CEL says of two outcomes
    /// (<https://github.com/google/cel-spec/blob/master/doc/langdef.md#logical-operators>).
    fn and(left: Outcomes, right: Outcomes) -> Outcomes {
        match (left, right) {
            (Outcomes::FALSE, _) | (_, Outcomes::FALSE) => Outcomes::FALSE,
            (Outcomes::TRUE, Outcomes::TRUE) => Outcomes::TRUE,
            _ => Outcomes::ERROR,
        }
    }

    fn or(left: Outcomes, right: Outcomes) -> Outcomes {
        match (left, right) {
            (Outcomes::TRUE, _) | (_, Outcomes::TRUE) => Outcomes::TRUE,
            (Outcomes::FALSE, Outcomes::FALSE) => Outcomes::FALSE,
            _ => Outcomes::ERROR,
        }
    }

    #[test]
    fn sets_combine_as_each_of_their_outcomes() {
        for left in 1..8 {
            for right in 1..8 {
                let (left, right) = (Outcomes(left), Outcomes(right));
                let all = |operator: fn(Outcomes, Outcomes) -> Outcomes| {
                    let mut found = Outcomes::NONE;
                    for one in EACH.into_iter().filter(|one| left.contain(*one)) {
                        for other in EACH.into_iter().filter(|other| right.contain(*other)) {
                            found = found.or_else(operator(one, other));
                        }
                    }
                    found
                };
                assert_eq!(left.and(right), all(and), "{left:?} && {right:?}");
                assert_eq!(left.or(right), all(or), "{left:?} || {right:?}");
            }
        }
        assert_eq!(Outcomes::TRUE.not(), Outcomes::FALSE);
        assert_eq!(Outcomes::ERROR.not(), Outcomes::ERROR);
        assert_eq!(Outcomes::ANY.not(), Outcomes::ANY);
    }
}

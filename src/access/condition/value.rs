//! The values of an expression, and what it may be where that is not known.

use std::{collections::HashMap, sync::Arc};

use cel::objects::{Key, Map};
use chrono::TimeDelta;

use super::outcome::Outcomes;
use crate::model::Time;

/// A value of CEL, of the kinds that conditions have.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Arc<str>),
    Bytes(Arc<[u8]>),
    List(Arc<[Self]>),
    Map(Arc<[(Self, Self)]>),
    Time(Time),
    Duration(TimeDelta),
}

impl Value {
    /// As the library of CEL has it; `None` for a map with a key of no such kind.
    pub(super) fn to_cel(&self) -> Option<cel::Value> {
        Some(match self {
            Self::Null => cel::Value::Null,
            Self::Bool(value) => cel::Value::Bool(*value),
            Self::Int(value) => cel::Value::Int(*value),
            Self::Uint(value) => cel::Value::UInt(*value),
            Self::Double(value) => cel::Value::Float(*value),
            Self::Text(text) => cel::Value::from(&**text),
            Self::Bytes(bytes) => cel::Value::Bytes(Arc::new(bytes.to_vec())),
            Self::List(items) => {
                let items: Option<Vec<_>> = items.iter().map(Self::to_cel).collect();
                cel::Value::List(Arc::new(items?))
            }
            Self::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| Some((key.key()?, value.to_cel()?)));
                let map: Option<HashMap<_, _>> = entries.collect();
                cel::Value::Map(Map { map: Arc::new(map?) })
            }
            // Without a zone, a time is read in UTC, however it was written.
            Self::Time(time) => cel::Value::Timestamp(time.fixed_offset()),
            Self::Duration(duration) => cel::Value::Duration(*duration),
        })
    }

    /// From what the library of CEL has; `None` for kinds that no condition has.
    pub(super) fn from_cel(value: &cel::Value) -> Option<Self> {
        Some(match value {
            cel::Value::Null => Self::Null,
            cel::Value::Bool(value) => Self::Bool(*value),
            cel::Value::Int(value) => Self::Int(*value),
            cel::Value::UInt(value) => Self::Uint(*value),
            cel::Value::Float(value) => Self::Double(*value),
            cel::Value::String(text) => Self::Text(text.as_str().into()),
            cel::Value::Bytes(bytes) => Self::Bytes(bytes.as_slice().into()),
            cel::Value::List(items) => {
                let items: Option<Vec<_>> = items.iter().map(Self::from_cel).collect();
                Self::List(items?.into())
            }
            cel::Value::Map(map) => {
                let entries = map.map.iter();
                let entries: Option<Vec<_>> =
                    entries.map(|(key, value)| Some((Self::of_key(key), Self::from_cel(value)?))).collect();
                Self::Map(entries?.into())
            }
            cel::Value::Timestamp(time) => Self::Time(time.to_utc()),
            cel::Value::Duration(duration) => Self::Duration(*duration),
            _ => return None,
        })
    }

    /// As a key of a map; `None` for kinds that cannot be one.
    pub(super) fn key(&self) -> Option<Key> {
        match self {
            Self::Bool(value) => Some(Key::Bool(*value)),
            Self::Int(value) => Some(Key::Int(*value)),
            Self::Uint(value) => Some(Key::Uint(*value)),
            Self::Text(text) => Some(Key::from(&**text)),
            _ => None,
        }
    }

    fn of_key(key: &Key) -> Self {
        match key {
            Key::Int(value) => Self::Int(*value),
            Key::Uint(value) => Self::Uint(*value),
            Key::Bool(value) => Self::Bool(*value),
            Key::String(text) => Self::Text(text.as_str().into()),
        }
    }
}

/// One thing that a part of an expression may be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Possible {
    /// This value.
    Known(Value),
    /// An error.
    Error,
    /// Some text that is not known.
    Text,
    /// Some time from the one asked about on.
    Later,
    /// Any value, or an error.
    Anything,
}

/// What a part of an expression may be: one of these, each of them once. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Possibilities(Vec<Possible>);

/// More than these are not told apart.
const MOST: usize = 16;

impl Possibilities {
    /// Just this.
    pub(super) fn one(possible: Possible) -> Self {
        Self(vec![possible])
    }

    /// Just this value.
    pub(super) fn known(value: Value) -> Self {
        Self::one(Possible::Known(value))
    }

    /// The outcomes of a test, as values.
    pub(super) fn of(outcomes: Outcomes) -> Self {
        let each = [
            (Outcomes::TRUE, Possible::Known(Value::Bool(true))),
            (Outcomes::FALSE, Possible::Known(Value::Bool(false))),
            (Outcomes::ERROR, Possible::Error),
        ];
        Self(each.into_iter().filter(|(one, _)| outcomes.contain(*one)).map(|(_, value)| value).collect())
    }

    /// All of several; an error where there are none.
    pub(super) fn all(several: impl IntoIterator<Item = Self>) -> Self {
        let mut found = Vec::new();
        for possible in several.into_iter().flat_map(|one| one.0) {
            if !found.contains(&possible) {
                found.push(possible);
            }
        }
        if found.len() > MOST || found.contains(&Possible::Anything) {
            return Self::one(Possible::Anything);
        }
        if found.is_empty() { Self::one(Possible::Error) } else { Self(found) }
    }

    /// Each of them.
    pub(super) fn each(&self) -> &[Possible] {
        &self.0
    }

    /// The only value that it can be.
    pub(super) fn only(&self) -> Option<&Value> {
        match self.0.as_slice() {
            [Possible::Known(value)] => Some(value),
            _ => None,
        }
    }

    /// What it is as a test: what is no boolean is an error.
    pub(super) fn outcomes(&self) -> Outcomes {
        let one = |possible: &Possible| match possible {
            Possible::Known(Value::Bool(value)) => Outcomes::from(*value),
            Possible::Known(_) | Possible::Error | Possible::Text => Outcomes::ERROR,
            Possible::Later | Possible::Anything => Outcomes::ANY,
        };
        self.0.iter().map(one).fold(Outcomes::NONE, Outcomes::or_else)
    }
}

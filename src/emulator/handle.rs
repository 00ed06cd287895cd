//! The emulator from inside of the process: its store, its clock, its weather, its log.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use chrono::{TimeDelta, Utc};
use serde_json::Value;

use super::{
    calls, front,
    log::{Entry, Log},
    state::State,
    tokens::{Actor, Tokens},
    weather::{Sky, Weather},
};
use crate::model::{Principal, Time};

/// What time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// As late as it is.
    #[default]
    System,
    /// Always this time. Etags still differ from one write to the next.
    Fixed(Time),
    /// It goes on, so much later than it is.
    Ahead(TimeDelta),
}

impl Clock {
    /// It goes on from this time.
    pub fn from(time: Time) -> Self {
        Self::Ahead(time - Utc::now())
    }

    /// The same clock, put forward.
    pub fn forward(self, by: TimeDelta) -> Option<Self> {
        match self {
            Self::System => Some(Self::Ahead(by)),
            Self::Fixed(time) => time.checked_add_signed(by).map(Self::Fixed),
            Self::Ahead(ahead) => ahead.checked_add(&by).map(Self::Ahead),
        }
    }

    fn now(self) -> Time {
        match self {
            Self::System => Utc::now(),
            Self::Fixed(time) => time,
            Self::Ahead(by) => Utc::now().checked_add_signed(by).unwrap_or(Time::MAX_UTC),
        }
    }
}

/// A `setIamPolicy` that is about to be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The relative name of what it is the policy of.
    pub resource: String,
    /// The body of the request.
    pub body: Value,
}

/// What becomes of a write.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteFate {
    /// It is carried out and answered.
    Go,
    /// It is answered with this status and body, and not carried out.
    Refuse(u16, Value),
    /// The connection breaks; nothing is written.
    DropBefore,
    /// It is carried out, and the connection breaks before the answer.
    DropAfter,
}

/// Called before each `setIamPolicy`, one at a time.
pub type WriteHook = Box<dyn FnMut(&Write) -> WriteFate + Send>;

/// A running emulator, to look at and to change. Clones are of the same one.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// How often the state may have changed.
    changes: AtomicU64,
    /// What the front door made of the state.
    front: Mutex<front::Kept>,
    clock: Mutex<Clock>,
    sky: Mutex<Sky>,
    log: Mutex<Log>,
    hook: Mutex<Option<WriteHook>>,
    tokens: Mutex<Tokens>,
}

/// What stands behind a lock. Who panicked while holding it was a test, and the rest of it goes on.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Handle {
    pub(super) fn new(state: State, clock: Clock, weather: Weather) -> Self {
        let shared = Shared {
            state: Mutex::new(state),
            changes: AtomicU64::default(),
            front: Mutex::default(),
            clock: Mutex::new(clock),
            sky: Mutex::default(),
            log: Mutex::default(),
            hook: Mutex::new(None),
            tokens: Mutex::default(),
        };
        let handle = Self { shared: Arc::new(shared) };
        handle.weather(weather);
        handle
    }

    /// Looks at the state, or changes it: no request is answered meanwhile.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = locked(&self.shared.state);
        self.shared.changes.fetch_add(1, Ordering::Relaxed);
        change(&mut state)
    }

    /// Looks at the state for a request that changes nothing of it.
    pub(super) fn read<T>(&self, read: impl FnOnce(&mut State) -> T) -> T {
        read(&mut locked(&self.shared.state))
    }

    /// Looks at the state, and at what was made of it since it last changed.
    pub(super) fn front<T>(&self, look: impl FnOnce(&State, &mut front::Kept) -> T) -> T {
        let state = locked(&self.shared.state);
        let mut kept = locked(&self.shared.front);
        let now = self.now();
        kept.renew(self.shared.changes.load(Ordering::Relaxed), state.deciding(now));
        match kept.decided(&state, now) {
            Some(decided) => look(&decided, &mut kept),
            None => look(&state, &mut kept),
        }
    }

    /// The policy of a service, function, job, project, folder or organization as it is stored, by its relative
    /// name; `None` where it was never set.
    pub fn policy(&self, resource: &str) -> Option<Value> {
        let place = calls::place(resource)?;
        self.read(|state| state.policy(place.kind, resource).cloned())
    }

    /// Replaces a policy as somebody else would, and unchecked: it gets the next etag. A name of nothing that has
    /// a policy changes nothing.
    pub fn set_policy(&self, resource: &str, policy: Value) {
        let now = self.now();
        if let Some(place) = calls::place(resource) {
            self.change(|state| state.set_policy(place.kind, resource, policy, now));
        }
    }

    /// What time it is from now on.
    pub fn clock(&self, clock: Clock) {
        *locked(&self.shared.clock) = clock;
    }

    /// Which clock it goes by.
    pub(super) fn which_clock(&self) -> Clock {
        *locked(&self.shared.clock)
    }

    /// What time it is.
    pub fn now(&self) -> Time {
        locked(&self.shared.clock).now()
    }

    /// How the weather is from now on; its seed begins anew.
    pub fn weather(&self, weather: Weather) {
        let before = self.sky(|sky| sky.weather().clone());
        self.change(|state| {
            if weather.unreachable != before.unreachable {
                let names: Vec<&str> = weather.unreachable.iter().map(String::as_str).collect();
                state.lose(&names);
            }
            if weather.propagation_seconds != before.propagation_seconds {
                state.delay_policies(weather.propagation_seconds);
            }
        });
        self.sky(|sky| sky.set(weather));
    }

    /// The requests so far, in the order in which they came. Those under `/_` are not among them.
    pub fn log(&self) -> Vec<Entry> {
        locked(&self.shared.log).entries()
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        locked(&self.shared.log).clear();
    }

    /// Calls this before each `setIamPolicy`. From there the store may be changed through a handle; a write over
    /// HTTP would wait for itself.
    pub fn on_write(&self, hook: WriteHook) {
        *locked(&self.shared.hook) = Some(hook);
    }

    /// Whether Cloud Run's v2 lists take `-` for every location. They do not by default.
    pub fn take_wildcard(&self, takes: bool) {
        self.change(|state| state.takes_wildcard = takes);
    }

    /// Serves another state from now on. What the weather does to the one before, it does to this one.
    pub(super) fn replace(&self, state: State) {
        let weather = self.sky(|sky| sky.weather().clone());
        let lost: Vec<&str> = weather.unreachable.iter().map(String::as_str).collect();
        self.change(|own| {
            *own = state;
            own.lose(&lost);
            own.delay_policies(weather.propagation_seconds);
        });
    }

    /// An access token that acts as a principal, `serviceAccount:EMAIL` or another, until it runs out by the clock on
    /// the wall: what its bearer may do, the policies say.
    pub fn token_of(&self, principal: &str, lasts: TimeDelta) -> String {
        let until = Utc::now() + lasts;
        self.tokens(|tokens| tokens.mint(Actor::As(Principal::new(principal)), until))
    }

    pub(super) fn sky<T>(&self, look: impl FnOnce(&mut Sky) -> T) -> T {
        look(&mut locked(&self.shared.sky))
    }

    pub(super) fn write_log<T>(&self, write: impl FnOnce(&mut Log) -> T) -> T {
        write(&mut locked(&self.shared.log))
    }

    /// What the hook says of a write; waits for other writes that it is asked about.
    pub(super) fn fate_of(&self, write: &Write) -> WriteFate {
        locked(&self.shared.hook).as_mut().map_or(WriteFate::Go, |hook| hook(write))
    }

    /// Looks at the tokens that were given out, or gives one.
    pub(super) fn tokens<T>(&self, look: impl FnOnce(&mut Tokens) -> T) -> T {
        look(&mut locked(&self.shared.tokens))
    }
}

//! Bodies of answers, which may break off, or take their time.

use std::{
    collections::VecDeque,
    future::Future as _,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// How long what goes before a break has to get out.
const FLUSH: Duration = Duration::from_millis(2);
/// How long it is from one piece to the next where an answer drips.
const DRIP: Duration = Duration::from_millis(100);
/// So many pieces an answer that drips comes in.
const PIECES: usize = 20;

/// How an answer goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// All of it at once.
    Whole,
    /// It says that it is as long as the whole, and breaks off in the middle.
    Cut,
    /// In small pieces, for two seconds.
    Drip,
}

/// A body on its way.
pub(super) struct Answered {
    pieces: VecDeque<Bytes>,
    length: u64,
    pause: Option<Pin<Box<Sleep>>>,
    delivery: Delivery,
}

impl Answered {
    pub(super) fn new(bytes: Bytes, delivery: Delivery) -> Self {
        let length = bytes.len() as u64;
        let pieces = match delivery {
            Delivery::Whole => VecDeque::from([bytes]),
            Delivery::Cut => VecDeque::from([bytes.slice(..bytes.len() / 2)]),
            Delivery::Drip => {
                let size = bytes.len().div_ceil(PIECES).max(1);
                let starts = (0..bytes.len()).step_by(size);
                starts.map(|start| bytes.slice(start..bytes.len().min(start + size))).collect()
            }
        };
        let pause = (delivery == Delivery::Cut).then(|| Box::pin(sleep(FLUSH)));
        Self { pieces, length, pause, delivery }
    }
}

impl Body for Answered {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.delivery == Delivery::Drip
            && let Some(pause) = &mut self.pause
        {
            if pause.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.pause = None;
        }
        if let Some(bytes) = self.pieces.pop_front().filter(|bytes| !bytes.is_empty()) {
            if self.delivery == Delivery::Drip && !self.pieces.is_empty() {
                self.pause = Some(Box::pin(sleep(DRIP)));
            }
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match &mut self.pause {
            None => Poll::Ready(None),
            Some(pause) => pause
                .as_mut()
                .poll(context)
                .map(|()| Some(Err(io::Error::new(io::ErrorKind::ConnectionReset, "the weather is bad")))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.iter().all(Bytes::is_empty) && self.pause.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

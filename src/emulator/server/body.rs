//! Bodies of answers, which may break off.

use std::{
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

/// A body: whole, or only its first half.
pub(super) struct Answered {
    bytes: Option<Bytes>,
    length: u64,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Answered {
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self { length: bytes.len() as u64, bytes: Some(bytes), pause: None }
    }

    /// Says that it is as long as the whole, and breaks off in the middle.
    pub(super) fn cut(bytes: &Bytes) -> Self {
        let half = bytes.slice(..bytes.len() / 2);
        Self { length: bytes.len() as u64, bytes: Some(half), pause: Some(Box::pin(sleep(FLUSH))) }
    }
}

impl Body for Answered {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.bytes.take().filter(|bytes| !bytes.is_empty()) {
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
        self.bytes.as_ref().is_none_or(Bytes::is_empty) && self.pause.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

//! The threads: one reads and cuts files, the others take the pieces apart.

use std::{
    num::NonZero,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread,
};

use super::{
    batch::{Batch, Origin},
    line::{Fault, Lines},
    split::{self, Chunk, Ending, Parts, Takes},
};
use crate::sources::{
    error::{Place, ReadError},
    input::Input,
};

/// More threads than this wait for the one that reads.
const MOST_THREADS: usize = 4;
/// Chunks that wait to be taken.
const QUEUE: usize = 4;

/// A broken line.
struct Broken {
    origin: Origin,
    what: String,
}

/// What one thread brings back.
struct Share {
    batch: Batch,
    broken: Option<Broken>,
}

/// Reads all files. The error, if any, is the first in the order of files and lines.
pub(super) fn read(files: Vec<Input>) -> Result<Vec<Batch>, ReadError> {
    let names: Vec<Arc<str>> = files.iter().map(|input| input.name.clone()).collect();
    let is_over = AtomicBool::new(false);
    let (outcome, shares) = thread::scope(|scope| {
        let (send, receive) = sync_channel(QUEUE);
        let (give_back, used) = channel();
        // Shared by the takers alone: once they are gone, sending fails instead of waiting for ever.
        let receive = Arc::new(Mutex::new(receive));
        let count = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
        let takers: Vec<_> = (0..count)
            .map(|_| {
                let (receive, give_back) = (receive.clone(), give_back.clone());
                let is_over = &is_over;
                scope.spawn(move || take(&receive, &give_back, is_over))
            })
            .collect();
        drop(receive);
        let outcome = cut(files, &mut Sending { send, used, is_over: &is_over });
        let shares = takers.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>();
        (outcome, shares)
    });
    let mut batches = Vec::new();
    let mut first: Option<Broken> = None;
    for share in shares {
        let Share { batch, broken } = share.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        batches.push(batch);
        if let Some(broken) = broken
            && first.as_ref().is_none_or(|first| broken.origin < first.origin)
        {
            first = Some(broken);
        }
    }
    // Whatever stopped the reading stands behind every line that was taken.
    match first {
        Some(Broken { origin, what }) => {
            let place = Place { file: names[origin.file].clone(), line: Some(origin.line) };
            Err(ReadError::Wrong { place, what })
        }
        None => outcome.map(|()| batches),
    }
}

/// The way to the threads that take chunks, and of their buffers back.
struct Sending<'a> {
    send: SyncSender<Chunk>,
    used: Receiver<Vec<u8>>,
    is_over: &'a AtomicBool,
}

impl Takes for Sending<'_> {
    fn take(&mut self, chunk: Chunk) -> bool {
        !self.is_over.load(Ordering::Relaxed) && self.send.send(chunk).is_ok()
    }

    fn buffer(&mut self) -> Vec<u8> {
        let mut buffer = self.used.try_recv().unwrap_or_default();
        buffer.clear();
        buffer
    }
}

fn cut(files: Vec<Input>, sending: &mut Sending<'_>) -> Result<(), ReadError> {
    let mut open = None;
    let mut is_closed = false;
    for (number, input) in files.into_iter().enumerate() {
        if sending.is_over.load(Ordering::Relaxed) {
            return Ok(());
        }
        let name = input.name.clone();
        match split::file(input.decoded()?, number, sending)? {
            Some(Ending::Open) => open = open.or(Some(name)),
            Some(Ending::Closed) => is_closed = true,
            None => {}
        }
    }
    match open {
        Some(file) if !is_closed => Err(ReadError::Wrong {
            place: Place { file, line: None },
            what:
                "its last page has a `nextPageToken`: more pages follow; add them, or use `gcloud asset list`"
                    .to_owned(),
        }),
        _ => Ok(()),
    }
}

fn take(chunks: &Mutex<Receiver<Chunk>>, give_back: &Sender<Vec<u8>>, is_over: &AtomicBool) -> Share {
    let mut lines = Lines::default();
    let mut broken: Option<Broken> = None;
    loop {
        let next = chunks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(chunk) = next else { break };
        let outcome = take_chunk(&mut lines, &chunk);
        // Where nobody wants it back, the reading is over.
        let _ = give_back.send(chunk.bytes);
        let Err(found) = outcome else { continue };
        is_over.store(true, Ordering::Relaxed);
        if broken.as_ref().is_none_or(|first| found.origin < first.origin) {
            broken = Some(found);
        }
    }
    Share { batch: lines.batch, broken }
}

fn take_chunk(lines: &mut Lines, chunk: &Chunk) -> Result<(), Broken> {
    let Chunk { file, bytes, parts } = chunk;
    let file = *file;
    match parts {
        Parts::Lines(first) => {
            let (text, bad) = valid(bytes);
            let mut line = *first;
            for text in text.split_inclusive('\n') {
                // The line that holds the bad byte is not whole.
                if bad.is_some() && !text.ends_with('\n') {
                    break;
                }
                let value = text.trim_start_matches('\u{feff}').trim_ascii();
                if !value.is_empty() {
                    one(lines, value, Origin { file, line })?;
                }
                line += u32::from(text.ends_with('\n'));
            }
            bad.map_or(Ok(()), |()| Err(not_text(Origin { file, line })))
        }
        Parts::Values(values) => values.iter().try_for_each(|(line, range)| {
            let origin = Origin { file, line: *line };
            let (text, bad) = valid(&bytes[range.clone()]);
            if bad.is_some() {
                let below = u32::try_from(text.matches('\n').count()).unwrap_or_default();
                return Err(not_text(Origin { file, line: line + below }));
            }
            one(lines, text, origin)
        }),
    }
}

/// The text up to the first byte that is none.
fn valid(bytes: &[u8]) -> (&str, Option<()>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => (std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(), Some(())),
    }
}

fn not_text(origin: Origin) -> Broken {
    let what = "holds bytes that are not UTF-8: the file was damaged or converted; export it again";
    Broken { origin, what: what.to_owned() }
}

fn one(lines: &mut Lines, json: &str, origin: Origin) -> Result<(), Broken> {
    lines.take(json, origin).map_err(|Fault { what, lines_below }| Broken {
        origin: Origin { file: origin.file, line: origin.line.saturating_add(lines_below) },
        what,
    })
}

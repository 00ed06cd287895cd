//! Opening a file or standard input, and taking gzip off whatever carries it.

use std::{
    fmt,
    fs::File,
    io::{self, BufReader, Cursor, Read},
    path::Path,
    sync::Arc,
};

use flate2::bufread::MultiGzDecoder;

use super::error::{Place, ReadError};

/// How much of a compressed stream is fetched at a time.
const COMPRESSED_BLOCK: usize = 64 * 1024;

/// How much of a stream is taken at a time.
const BLOCK: usize = 256 * 1024;

/// Bytes to be read, and the name to be shown for them.
pub struct Input {
    /// The path as given; `-` is standard input.
    pub name: Arc<str>,
    /// The bytes, compressed or not.
    pub reader: Box<dyn Read + Send>,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Opens a file, or standard input for `-`.
///
/// # Errors
/// Where there is no such file, it may not be read, or it is a directory.
pub fn open(path: &Path) -> Result<Input, ReadError> {
    let name: Arc<str> = path.to_string_lossy().into();
    if &*name == "-" {
        return Ok(Input { name, reader: Box::new(io::stdin()) });
    }
    let place = Place { file: name.clone(), line: None };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(source) => return Err(ReadError::Open { place, source }),
    };
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(ReadError::Wrong { place, what: "is a directory; name the files in it".to_owned() });
    }
    Ok(Input { name, reader: Box::new(file) })
}

impl Input {
    /// Bytes held in memory, under a name.
    pub fn from_bytes(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), reader: Box::new(Cursor::new(bytes.into())) }
    }

    /// All of the bytes, without compression.
    ///
    /// # Errors
    /// Where the stream fails, or its compression is damaged.
    pub fn whole(self) -> Result<Vec<u8>, ReadError> {
        let mut decoded = self.decoded()?;
        let mut bytes = Vec::new();
        while decoded.fill(BLOCK, &mut bytes)? == BLOCK {}
        Ok(bytes)
    }

    /// The bytes without compression: gzip is known by its first two bytes, whatever the name says.
    pub(super) fn decoded(self) -> Result<Decoded, ReadError> {
        let Self { name, mut reader } = self;
        let mut head = Vec::with_capacity(2);
        if let Err(source) = reader.by_ref().take(2).read_to_end(&mut head) {
            return Err(ReadError::Stream { place: Place { file: name, line: None }, source });
        }
        let is_gzip = head == [0x1f, 0x8b];
        let whole = Cursor::new(head).chain(reader);
        let reader: Box<dyn Read + Send> = if is_gzip {
            Box::new(MultiGzDecoder::new(BufReader::with_capacity(COMPRESSED_BLOCK, whole)))
        } else {
            Box::new(whole)
        };
        Ok(Decoded { name, reader, is_gzip })
    }
}

/// Bytes without compression.
pub(super) struct Decoded {
    pub(super) name: Arc<str>,
    reader: Box<dyn Read + Send>,
    is_gzip: bool,
}

impl Decoded {
    /// Appends up to `most` bytes. Fewer than that is the end.
    pub(super) fn fill(&mut self, most: usize, into: &mut Vec<u8>) -> Result<usize, ReadError> {
        into.reserve(most);
        let wanted = u64::try_from(most).unwrap_or(u64::MAX);
        self.reader.by_ref().take(wanted).read_to_end(into).map_err(|source| self.failure(source))
    }

    fn failure(&self, source: io::Error) -> ReadError {
        let place = Place { file: self.name.clone(), line: None };
        let what = match (self.is_gzip, source.kind()) {
            (true, io::ErrorKind::UnexpectedEof) => {
                "ends inside its gzip data: it was cut off; fetch it again"
            }
            (true, io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
                "its gzip data is damaged; fetch it again"
            }
            _ => return ReadError::Stream { place, source },
        };
        ReadError::Wrong { place, what: what.to_owned() }
    }
}

//! Every way in which a journal touches the disk, so that a test can stand in between.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

/// The largest journal that is read.
const LARGEST: u64 = 1 << 30;

/// Where journals are kept.
pub trait Disk {
    /// Makes a directory that only its owner may look into, and those above it. One that is there is left alone.
    ///
    /// # Errors
    /// Where it cannot be made.
    fn create_dir(&self, path: &Path) -> io::Result<()>;

    /// Makes a file that only its owner may read. No link is followed, and nothing that is there is touched.
    ///
    /// # Errors
    /// Where something is there already, or it cannot be made.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Log>>;

    /// Opens a file to be continued after its first `keep` bytes; what stands behind them is cut off. No link is
    /// followed.
    ///
    /// # Errors
    /// Where it cannot be opened.
    fn reopen(&self, path: &Path, keep: u64) -> io::Result<Box<dyn Log>>;

    /// Everything that stands in a file. No link is followed.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The regular files of a directory, by name.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>>;

    /// Lets nobody else in until what is given is dropped. `is_waiting` is called where that takes a while.
    ///
    /// # Errors
    /// Where it cannot be locked.
    fn lock(&self, path: &Path, is_waiting: &mut dyn FnMut()) -> io::Result<Box<dyn Send>>;

    /// Makes sure that a file that was made in a directory stays in it.
    ///
    /// # Errors
    /// Where that cannot be made sure.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
}

/// A file that only grows.
pub trait Log {
    /// Puts this behind what is there.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes sure that what was appended stays.
    ///
    /// # Errors
    /// Where that cannot be made sure.
    fn sync(&mut self) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Debug, Clone, Copy)]
pub struct LocalDisk;

impl Disk for LocalDisk {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Log>> {
        // An exclusive creation follows no link: whatever stands there is an error.
        let mut options = OpenOptions::new();
        options.append(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Box::new(options.open(path)?))
    }

    fn reopen(&self, path: &Path, keep: u64) -> io::Result<Box<dyn Log>> {
        let file = plain(OpenOptions::new().append(true), path)?;
        if file.metadata()?.len() > keep {
            file.set_len(keep)?;
            file.sync_all()?;
        }
        Ok(Box::new(file))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        plain(OpenOptions::new().read(true), path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST {
            return Err(io::Error::other("it is larger than 1 GiB, which no journal is"));
        }
        Ok(bytes)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                files.push(entry.path());
            }
        }
        files.sort();
        Ok(files)
    }

    fn lock(&self, path: &Path, is_waiting: &mut dyn FnMut()) -> io::Result<Box<dyn Send>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = plain(&mut options, path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                is_waiting();
                file.lock()?;
            }
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
        Ok(Box::new(file))
    }

    #[cfg(unix)]
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    /// A directory cannot be opened as a file here.
    #[cfg(not(unix))]
    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// Opens a regular file, and no link to one.
fn plain(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        // Without waiting, so that a pipe in the place of a file is found out rather than waited for.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    Ok(file)
}

impl Log for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_journal_is_for_its_owner_and_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/journals/a.ndjson");
        LocalDisk.create_dir(path.parent().unwrap()).unwrap();
        LocalDisk.create(&path).unwrap().append(b"{}\n").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(LocalDisk.create(&path).is_err());
        assert_eq!(LocalDisk.read(&path).unwrap(), b"{}\n");
    }

    #[test]
    fn no_link_is_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "before").unwrap();
        symlink(&file, &link).unwrap();
        assert!(LocalDisk.create(&link).is_err());
        assert!(LocalDisk.reopen(&link, 0).is_err());
        assert!(LocalDisk.read(&link).is_err());
        assert!(LocalDisk.lock(&link, &mut || {}).is_err());
        // Not even one that leads nowhere yet.
        symlink(dir.path().join("none"), dir.path().join("dangling")).unwrap();
        assert!(LocalDisk.create(&dir.path().join("dangling")).is_err());
        assert_eq!(fs::read(&file).unwrap(), b"before");
    }

    #[test]
    fn what_is_continued_loses_its_torn_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "whole\nto").unwrap();
        LocalDisk.reopen(&path, 6).unwrap().append(b"next\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole\nnext\n");
    }

    #[test]
    fn the_second_to_lock_waits_for_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".lock");
        let first = LocalDisk.lock(&path, &mut || {}).unwrap();
        let (said, hear) = std::sync::mpsc::channel();
        let second = std::thread::spawn(move || {
            LocalDisk.lock(&path, &mut || said.send(()).unwrap()).map(|_| ()).unwrap();
        });
        hear.recv().unwrap();
        drop(first);
        second.join().unwrap();
    }
}

//! A server on loopback that says what a test tells it to, and breaks where it is told to.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// `GET /path?query`.
    pub(crate) line: String,
    /// Lines of the head, in lower case up to the colon.
    pub(crate) head: Vec<String>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// What comes back.
pub(crate) enum Said {
    /// A status, lines of the head, a body.
    Answer(u16, &'static str, String),
    /// An answer of 200 that promises more than comes.
    Cut(String),
    /// Nothing at all.
    Reset,
}

impl Said {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::Answer(status, "", body.to_string())
    }
}

/// A server, and everything that it was asked.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Starts one. `say` is given the request and how many came before it.
    pub(crate) async fn start(say: impl Fn(&Asked, usize) -> Said + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, say) = (asked.clone(), Arc::new(say));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, say) = (seen.clone(), say.clone());
                tokio::spawn(async move {
                    let mut stream = stream;
                    let Some(request) = read(&mut stream).await else { return };
                    let count = {
                        let mut seen = seen.lock().unwrap();
                        seen.push(request.clone());
                        seen.len() - 1
                    };
                    let said = say(&request, count);
                    write(&mut stream, said).await;
                });
            }
        });
        Self { address, asked }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines().map(str::to_owned);
            let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
            let asked = Asked { line, head: lines.collect(), body: body.to_owned() };
            let length = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return Some(asked);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

async fn write(stream: &mut TcpStream, said: Said) {
    let (status, head, body, length) = match said {
        Said::Answer(status, head, body) => (status, head, body.clone(), body.len()),
        Said::Cut(body) => (200, "", body.clone(), body.len() + 10),
        Said::Reset => return,
    };
    let text = format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n{head}\r\n{body}"
    );
    // Whoever went away in between is not waited for.
    let _gone = stream.write_all(text.as_bytes()).await;
}

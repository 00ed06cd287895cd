//! A client that sees everything that goes over the wire.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

use callmap::emulator::Emulator;
use serde_json::Value;

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The sentence of an error in Google's shape.
    pub(crate) fn said(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap().to_owned()
    }
}

/// Sends these bytes and reads all that comes back.
pub(crate) fn raw(address: SocketAddr, text: &str) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(text.as_bytes())?;
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    let all = String::from_utf8(all).unwrap();
    let cut = || io::Error::new(io::ErrorKind::UnexpectedEof, "no whole answer");
    let (head, body) = all.split_once("\r\n\r\n").ok_or_else(cut)?;
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    if length.is_some_and(|length| length.parse::<usize>().unwrap() != body.len()) {
        return Err(cut());
    }
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Ok(Answer { status, head, body: body.to_owned() })
}

/// A request with a bearer token.
pub(super) fn send(emulator: &Emulator, method: &str, target: &str, body: &str) -> io::Result<Answer> {
    let text = format!(
        "{method} {target} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer any\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        emulator.address(),
        body.len()
    );
    raw(emulator.address(), &text)
}

pub(super) fn get(emulator: &Emulator, target: &str) -> Answer {
    send(emulator, "GET", target, "").unwrap()
}

pub(super) fn post(emulator: &Emulator, target: &str, body: &Value) -> Answer {
    send(emulator, "POST", target, &body.to_string()).unwrap()
}

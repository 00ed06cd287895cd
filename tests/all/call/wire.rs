//! What is sent and what comes back: byte for byte, as it comes, and to nobody else.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    process::Stdio,
    sync::mpsc::{self, Receiver, Sender},
    thread,
};

use serde_json::{Value, json};

use super::{BELA, CHECKOUT, NORA, PAYMENTS, Shop, URL, ran};

/// What a server does with a connection, once it has the head of its request.
type Served = fn(&mut TcpStream, &Receiver<()>);

/// A server of one's own on loopback: what it was asked, and a word to go on.
fn server(serve: Served) -> (SocketAddr, Receiver<String>, Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told_of) = mpsc::channel();
    let (go, wait) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count > 0) {
                head.extend_from_slice(&byte);
            }
            // It is no emulator that has a time of its own.
            if head.starts_with(CLOCK) {
                let _ = stream.write_all(NO_CLOCK);
                continue;
            }
            let _ = tell.send(String::from_utf8_lossy(&head).into_owned());
            serve(&mut stream, &wait);
        }
    });
    (address, told_of, go)
}

fn chunk(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    stream.write_all(format!("{:x}\r\n", bytes.len()).as_bytes())?;
    stream.write_all(bytes)?;
    stream.write_all(b"\r\n")?;
    stream.flush()
}

/// An emulator is asked what time it is, which these servers do not know.
const CLOCK: &[u8] = b"GET /_clock ";
const NO_CLOCK: &[u8] = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// No text at all.
fn noise() -> Vec<u8> {
    (0..1 << 20).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

#[test]
fn a_function_is_called_by_its_name_and_by_its_address() {
    let shop = Shop::new();
    let by_name = shop.run(CHECKOUT, &["call", URL, "--path", "/orders/7?open=1"]);
    assert_eq!(by_name.code, 0, "{by_name:?}");
    let answer: Value = serde_json::from_str(&by_name.out).unwrap();
    assert_eq!((&answer["function"], &answer["caller"]), (&json!(PAYMENTS), &json!(CHECKOUT)));
    assert_eq!((&answer["method"], &answer["path"]), (&json!("GET"), &json!("/orders/7")));
    let bare = URL.strip_prefix("https://").unwrap();
    assert_eq!(shop.run(CHECKOUT, &["call", bare]).code, 0);
    // The owner of the estate may read and not call, and an account that it acts as may call.
    let words = ["call", "payments", "--impersonate", "checkout@shop-prod.iam.gserviceaccount.com"];
    let ran = shop.run("user:owner@example.com", &words);
    assert_eq!(ran.code, 2, "{ran:?}");
    let mut owner = shop.command("", &words);
    assert_eq!(super::ran(owner.env_remove("CALLMAP_EMULATOR_AS")).code, 0);
}

#[test]
fn what_is_sent_is_what_was_asked_for() {
    let shop = Shop::new();
    std::fs::write(shop.home.path().join("order.json"), "{\"id\": 7}").unwrap();
    let method = |words: &[&str]| {
        let ran = shop.run(BELA, &[&["call", URL], words].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        serde_json::from_str::<Value>(&ran.out).unwrap()["method"].as_str().unwrap().to_owned()
    };
    assert_eq!(method(&["-d", "{}"]), "POST");
    assert_eq!(method(&["-X", "put", "-d", "@order.json"]), "PUT");
    let own = shop.run(BELA, &["call", URL, "-H", "Authorization: Basic eDp5"]);
    let answer: Value = serde_json::from_str(&own.out).unwrap();
    assert_eq!(answer["authorization"], "Basic eDp5");
    let token = answer["x_serverless_authorization"].as_str().unwrap();
    assert!(token.ends_with(".SIGNATURE_REMOVED_BY_GOOGLE"), "{token}");
    let head = shop.run(BELA, &["call", URL, "-i"]).out;
    assert!(head.starts_with("HTTP 200 OK\ncontent-type: application/json"), "{head}");
    for (words, expected) in [
        (&["-d", "@none.json"][..], "error: `none.json` could not be read, and nothing was sent: "),
        (&["-H", "Accept"], "error: `-H 'Accept: …'` is no header"),
        (&["-H", "Host: other.example.com"], "error: `-H 'Host: …'` is said by the address"),
        (&["-H", "X-Serverless-Authorization: a"], "error: `-H 'X-Serverless-Authorization: …'` is where"),
        (&["-X", "G T"], "error: `G T` is no method"),
        (&["--path", "orders"], "error: `orders` is no path"),
    ] {
        let ran = shop.run(BELA, &[&["call", URL], words].concat());
        assert!(ran.code == 2 && ran.err.contains(expected), "{ran:?}");
    }
    assert_eq!(shop.run(BELA, &["call", URL, "--no-token", "--via", "gcloud"]).code, 2);
}

#[test]
fn bodies_and_headers_arrive_as_they_were_given() {
    let serve: Served = |stream, _| {
        let mut rest = [0; 9];
        stream.read_exact(&mut rest).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 9\r\nconnection: close\r\n\r\n");
        let _ = stream.write_all(&rest);
    };
    let (address, asked, _go) = server(serve);
    let shop = Shop::new();
    let mut command =
        shop.command(NORA, &["call", URL, "--no-token", "-d", "{\"id\": 7}", "-H", "X-Trace: a:b"]);
    let ran = ran(command.env("CALLMAP_EMULATOR_HOST", address.to_string()));
    assert_eq!((ran.code, ran.out.as_str()), (0, "{\"id\": 7}"), "{ran:?}");
    let head = asked.recv().unwrap().to_lowercase();
    for line in [
        "post / http/1.1",
        "host: payments-100000000001.europe-north1.run.app",
        "content-type: application/json",
        "x-trace: a:b",
        "content-length: 9",
    ] {
        assert!(head.lines().any(|found| found == line), "{line}: {head}");
    }
    assert!(!head.contains("authorization"), "{head}");
}

#[test]
fn an_answer_is_written_as_it_comes_and_as_it_is() {
    let serve: Served = |stream, go| {
        let _ = stream.write_all(CHUNKED);
        chunk(stream, b"first\x1b[2J\xff\n").unwrap();
        // The rest comes only once somebody has seen the first.
        go.recv().unwrap();
        for _ in 0..8 {
            chunk(stream, &noise()).unwrap();
        }
        let _ = chunk(stream, b"");
    };
    let (address, _asked, go) = server(serve);
    let shop = Shop::new();
    let mut command = shop.command(NORA, &["call", URL, "--no-token"]);
    command.env("CALLMAP_EMULATOR_HOST", address.to_string());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut first = [0; 11];
    out.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"first\x1b[2J\xff\n");
    go.send(()).unwrap();
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(rest == noise().repeat(8), "{} bytes", rest.len());
}

#[test]
fn a_reader_who_leaves_early_ends_it_quietly() {
    let serve: Served = |stream, _| {
        let _ = stream.write_all(CHUNKED);
        while chunk(stream, &noise()).is_ok() {}
    };
    let (address, _asked, _go) = server(serve);
    let shop = Shop::new();
    let mut command = shop.command(NORA, &["call", URL, "--no-token", "--quiet"]);
    command.env("CALLMAP_EMULATOR_HOST", address.to_string());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 16];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(!err.contains("error"), "{err}");
}

#[test]
fn a_redirect_is_told_and_no_token_goes_there() {
    let shop = Shop::new();
    let (elsewhere, knocks, _go) = server(|_, _| {});
    let (there, port) = (elsewhere.to_string(), elsewhere.port());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told_of) = mpsc::channel();
    thread::spawn(move || {
        let mut head = [0; 8_192];
        let (mut stream, count) = loop {
            let (mut stream, _) = listener.accept().unwrap();
            let count = stream.read(&mut head).unwrap();
            if !head.starts_with(CLOCK) {
                break (stream, count);
            }
            stream.write_all(NO_CLOCK).unwrap();
        };
        tell.send(String::from_utf8_lossy(&head[..count]).into_owned()).unwrap();
        let answer = format!(
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://{there}/steal?a=b\r\ncontent-length: 0\r\n\r\n"
        );
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let mut command = shop.command("", &["call", URL, "--via", "metadata"]);
    command
        .env_remove("CALLMAP_EMULATOR_AS")
        .env("GCE_METADATA_HOST", shop.emulator.address().to_string())
        .env("CALLMAP_EMULATOR_HOST", address.to_string());
    let ran = ran(&mut command);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
    let told = format!(
        "note: 307 leads to http://127.0.0.1:{port}/steal?…, which was not followed: no token was sent there\n"
    );
    assert!(ran.err.ends_with(&told), "{ran:?}");
    let head = told_of.recv().unwrap();
    let token = head.lines().find_map(|line| line.strip_prefix("authorization: Bearer ")).unwrap();
    assert!(token.starts_with("eyJ") && !ran.err.contains(token), "{head}");
    assert!(knocks.try_recv().is_err());
}

#[test]
fn without_an_answer_it_ends_with_2() {
    let shop = Shop::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = shop.command(NORA, &["call", URL, "--no-token"]);
    let none = ran(command.env("CALLMAP_EMULATOR_HOST", closed.to_string()));
    assert_eq!((none.code, none.out.as_str()), (2, ""), "{none:?}");
    let told =
        "error: `payments-100000000001.europe-north1.run.app` did not answer: there is no connection: ";
    assert!(none.err.contains(told), "{none:?}");
    let (address, _asked, _go) = server(|_, go| {
        let _ = go.recv();
    });
    let mut command = shop.command(NORA, &["call", URL, "--no-token", "--timeout", "1s"]);
    let late = ran(command.env("CALLMAP_EMULATOR_HOST", address.to_string()));
    assert_eq!(late.code, 2);
    assert!(late.err.contains("did not answer: the time for the whole run is over"), "{late:?}");
    let (address, _asked, _go) =
        server(|stream, _| drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")));
    let mut command = shop.command(NORA, &["call", URL, "--no-token"]);
    let half = ran(command.env("CALLMAP_EMULATOR_HOST", address.to_string()));
    assert_eq!((half.code, half.out.as_str()), (2, "half"), "{half:?}");
    assert!(half.err.contains("error: the answer is not whole: the answer was cut off"), "{half:?}");
}

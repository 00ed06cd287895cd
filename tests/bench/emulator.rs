//! How many requests a second the emulator answers: 4 clients, each on one connection, on an estate of 2,000 services.
//!
//! ```sh
//! cargo bench --bench emulator
//! ```
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "the figure is what it is for")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    thread,
    time::Instant,
};

use callmap::emulator::{Emulator, Options, State};

#[path = "../all/estate.rs"]
mod estate;

use estate::Estate;

const ESTATE: Estate = Estate { services: 2_000, projects: 4 };
const CLIENTS: usize = 4;
const REQUESTS: usize = 2_000;

fn main() {
    let mut lines = Vec::new();
    ESTATE.write_assets(&mut lines).unwrap();
    let state = State::read(&lines).unwrap();
    let project = Estate::project_id(0);
    let emulator = Emulator::start(Options { state, ..Options::default() }).unwrap();
    let mut client = Client::new(emulator.address());
    let list = format!("/v1/projects/{project}/locations/-/services");
    let listed: serde_json::Value = serde_json::from_str(&client.ask("GET", &list, "")).unwrap();
    let first = &listed["items"][0]["metadata"];
    let (name, location) = (&first["name"], &first["labels"]["cloud.googleapis.com/location"]);
    let name = format!(
        "projects/{project}/locations/{}/services/{}",
        location.as_str().unwrap(),
        name.as_str().unwrap()
    );
    let location = name.rsplit_once("/services/").unwrap().0;
    let policy = r#"{"policy":{"bindings":[{"role":"roles/run.invoker","members":["user:a@example.com"]}]}}"#;
    for (what, verb, target, body) in [
        ("get a policy", "GET", format!("/v2/{name}:getIamPolicy?options.requestedPolicyVersion=3"), ""),
        ("set a policy", "POST", format!("/v2/{name}:setIamPolicy"), policy),
        ("get a service", "GET", format!("/v2/{name}"), ""),
        ("list a page of 100", "GET", format!("/v2/{location}/services?pageSize=100"), ""),
        ("call a function", "GET", format!("/_front/{name}"), ""),
    ] {
        let started = Instant::now();
        thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| {
                    let mut client = Client::new(emulator.address());
                    for _ in 0..REQUESTS {
                        client.ask(verb, &target, body);
                    }
                });
            }
        });
        let seconds = started.elapsed().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let rate = (CLIENTS * REQUESTS) as f64 / seconds;
        println!("{what}: {rate:.0} requests a second");
    }
}

/// One connection that is kept.
struct Client(BufReader<TcpStream>);

impl Client {
    fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    /// The body of the answer.
    fn ask(&mut self, verb: &str, target: &str, body: &str) -> String {
        let text = format!(
            "{verb} {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        String::from_utf8(body).unwrap()
    }
}

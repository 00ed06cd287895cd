//! What time it is on an emulator.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode, header::AUTHORIZATION};
use serde_json::Value;
use tokio::time::timeout;

use super::{Hosts, Party, transport::Transport};
use crate::model::{Time, time::moment};

/// An emulator is on this machine: it answers at once, or is none.
const PATIENCE: Duration = Duration::from_secs(2);

/// The time that an emulator goes by; `None` where it says none, as others than callmap's do not.
pub async fn time(address: SocketAddr) -> Option<Time> {
    let transport = Transport::new(Hosts::Loopback).ok()?;
    let request = Request::get(format!("http://{address}/_clock")).header(AUTHORIZATION, "Bearer emulated");
    let asked = request.body(Bytes::new()).ok()?;
    let answer = timeout(PATIENCE, transport.send(&Party::Google, asked)).await.ok()?.ok()?;
    let clock = (answer.status() == StatusCode::OK).then(|| serde_json::from_slice(answer.body()).ok())?;
    moment(Value::as_str(clock.as_ref().and_then(|clock: &Value| clock.get("now"))?)?).ok()
}

//! What the emulator answers about itself, under `/_`.

use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    front,
    handle::{Clock, Handle},
    request::Request,
    server::Answer,
    state::{Settings, State},
    weather::Weather,
};
use crate::model::{Time, time};

/// The answer; `None` where the path is Google's.
pub(super) fn answer(request: &Request, handle: &Handle) -> Option<Answer> {
    if !request.path.starts_with("/_") || front::is_meant(request) {
        return None;
    }
    let result = match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/_log") => Ok(Answer::json(200, &json!(handle.log()))),
        ("DELETE", "/_log") => {
            handle.clear_log();
            Ok(Answer::json(200, &json!({})))
        }
        ("GET", "/_state") => Ok(Answer::lines(&handle.read(|state| state.lines()))),
        ("PUT" | "POST", "/_state") => set_state(request, handle),
        ("GET", "/_settings") => Ok(Answer::json(200, &json!(settings(handle)))),
        ("PUT" | "POST", "/_settings") => set_settings(request, handle),
        ("GET", "/_weather") => Ok(Answer::json(200, &json!(handle.sky(|sky| sky.weather().clone())))),
        ("PUT" | "POST", "/_weather") => set_weather(request, handle),
        ("DELETE", "/_weather") => {
            handle.weather(Weather::default());
            Ok(Answer::json(200, &json!({})))
        }
        ("GET", "/_clock") => Ok(clock(handle)),
        ("PUT" | "POST", "/_clock") => set_clock(request, handle),
        _ => Err(
            "the emulator has `/_log`, `/_state`, `/_settings`, `/_weather`, `/_clock` and `/_front/SERVICE`"
                .to_owned(),
        ),
    };
    Some(result.unwrap_or_else(|what| Answer::json(400, &json!({ "error": what }))))
}

/// The body: an object.
fn body(request: &Request) -> Result<Value, String> {
    let body: Value = serde_json::from_slice(&request.body).map_err(|error| error.to_string())?;
    if body.is_object() { Ok(body) } else { Err("an object is expected".to_owned()) }
}

fn set_state(request: &Request, handle: &Handle) -> Result<Answer, String> {
    let state = State::read(&request.body).map_err(|error| error.to_string())?;
    handle.replace(state);
    Ok(Answer::json(200, &json!({})))
}

fn settings(handle: &Handle) -> Settings {
    handle.read(|state| state.settings())
}

fn set_settings(request: &Request, handle: &Handle) -> Result<Answer, String> {
    let settings: Settings = serde_json::from_value(body(request)?).map_err(|error| error.to_string())?;
    handle.change(|state| state.set(settings));
    Ok(Answer::json(200, &json!(self::settings(handle))))
}

fn set_weather(request: &Request, handle: &Handle) -> Result<Answer, String> {
    let mut body = body(request)?;
    // The clock is part of the weather, and goes on when that changes.
    let clock = body.as_object_mut().and_then(|fields| fields.shift_remove("clock"));
    let weather: Weather = serde_json::from_value(body).map_err(|error| error.to_string())?;
    if let Some(what) = weather.fault() {
        return Err(what);
    }
    if let Some(clock) = clock {
        put_clock(clock, handle)?;
    }
    handle.weather(weather);
    Ok(Answer::json(200, &json!(handle.sky(|sky| sky.weather().clone()))))
}

/// A clock as it is told: `{}` for the time as it is, `{"now": TIME}` for always this time, with `"runs": true` from
/// this time on, and `{"forwardSeconds": 60}` for the same clock put forward.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Told {
    now: Option<String>,
    #[serde(default)]
    runs: bool,
    forward_seconds: Option<i64>,
}

fn clock(handle: &Handle) -> Answer {
    let runs = !matches!(handle.which_clock(), Clock::Fixed(_));
    Answer::json(200, &json!({ "now": time::rfc3339(handle.now()), "runs": runs }))
}

fn set_clock(request: &Request, handle: &Handle) -> Result<Answer, String> {
    put_clock(body(request)?, handle)?;
    Ok(clock(handle))
}

fn put_clock(told: Value, handle: &Handle) -> Result<(), String> {
    let told = match told {
        Value::String(now) => Told { now: Some(now), runs: false, forward_seconds: None },
        other => serde_json::from_value(other).map_err(|error| error.to_string())?,
    };
    let moment =
        |text: &str| -> Result<Time, String> { time::moment(text).map_err(|error| error.to_string()) };
    let clock = match (told.now.as_deref().map(moment).transpose()?, told.runs) {
        (Some(now), false) => Clock::Fixed(now),
        (Some(now), true) => Clock::from(now),
        (None, _) if told.forward_seconds.is_some() => handle.which_clock(),
        (None, _) => Clock::System,
    };
    let by = TimeDelta::try_seconds(told.forward_seconds.unwrap_or(0));
    let clock = by.and_then(|by| clock.forward(by)).ok_or("`forwardSeconds` leads out of all time")?;
    handle.clock(clock);
    Ok(())
}

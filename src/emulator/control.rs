//! What the emulator answers about itself, under `/_`.

use serde_json::{Value, json};

use super::{
    handle::{Clock, Handle},
    request::Request,
    server::Answer,
    weather::Weather,
};
use crate::model::time;

/// The answer; `None` where the path is Google's.
pub(super) fn answer(request: &Request, handle: &Handle) -> Option<Answer> {
    if !request.path.starts_with("/_") {
        return None;
    }
    let result = match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/_log") => Ok(Answer::json(200, &json!(handle.log()))),
        ("DELETE", "/_log") => {
            handle.clear_log();
            Ok(Answer::json(200, &json!({})))
        }
        ("GET", "/_state") => Ok(Answer::lines(&handle.change(|state| state.lines()))),
        ("GET", "/_weather") => Ok(Answer::json(200, &json!(handle.sky(|sky| sky.weather())))),
        ("POST", "/_weather") => set_weather(request, handle),
        ("GET", "/_clock") => Ok(Answer::json(200, &json!({ "now": time::rfc3339(handle.now()) }))),
        ("POST", "/_clock") => set_clock(request, handle),
        _ => Err("the emulator has `/_log`, `/_state`, `/_weather` and `/_clock`".to_owned()),
    };
    Some(result.unwrap_or_else(|what| Answer::json(400, &json!({ "error": what }))))
}

fn set_weather(request: &Request, handle: &Handle) -> Result<Answer, String> {
    let weather: Weather = serde_json::from_slice(&request.body).map_err(|error| error.to_string())?;
    if !(0.0..=1.0).contains(&weather.failing) {
        return Err("`failing` is a share from 0 to 1".to_owned());
    }
    handle.weather(weather);
    Ok(Answer::json(200, &json!(weather)))
}

/// `{"now": TIME}`, or `{}` for the time as it is.
fn set_clock(request: &Request, handle: &Handle) -> Result<Answer, String> {
    let body: Value = serde_json::from_slice(&request.body).map_err(|error| error.to_string())?;
    let clock = match body.get("now") {
        None | Some(Value::Null) => Clock::System,
        Some(Value::String(text)) => Clock::Fixed(time::moment(text).map_err(|error| error.to_string())?),
        Some(_) => return Err("`now` is an RFC 3339 time".to_owned()),
    };
    handle.clock(clock);
    Ok(Answer::json(200, &json!({ "now": time::rfc3339(handle.now()) })))
}

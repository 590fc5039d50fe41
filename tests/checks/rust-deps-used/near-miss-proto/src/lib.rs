#[macro_use]
extern crate log;

mod settings;

use anyhow::{anyhow, Result};
use enum_map::enum_map;
use wasm_bindgen::prelude::*;

tonic::include_proto!("lamps");

macro_rules! known_as {
    ($krate:ident, $name:ident) => {
        pub use $krate::$name;
    };
}

known_as!(mime, Mime);

#[wasm_bindgen]
pub async fn settled(path: String) -> Result<JsValue, JsValue> {
    info!("{path}");
    settings::read(&path).map(JsValue::from).map_err(|error| JsValue::from(anyhow!(error).to_string()))
}

pub fn lights() -> enum_map::EnumMap<bool, u8> {
    enum_map! { true => 1, false => 0 }
}

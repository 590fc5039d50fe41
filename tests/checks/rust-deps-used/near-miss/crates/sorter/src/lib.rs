#[macro_use]
extern crate lazy_static;

use ini::Ini;
use json::Value;
use label_printer::print;
use md5::Digest;
use serde::Deserialize;

lazy_static! {
    static ref CHUTES: Vec<u8> = vec![1, 2, 3];
}

/// Weighs a parcel.
///
/// ```
/// use approx::assert_relative_eq;
/// assert_relative_eq!(sorter::weigh(2), 2.0);
/// ```
pub fn weigh(kilos: u32) -> f64 {
    f64::from(kilos)
}

#[derive(Deserialize, strum_macros::Display)]
pub struct Parcel {
    #[serde(with = "serde_bytes")]
    code: Vec<u8>,
    #[serde(with = "bytes_hex")]
    seal: Vec<u8>,
}

pub fn sort(parcel: &Parcel, config: &Ini) -> (Value, String) {
    let sum = md5::Md5::digest(&parcel.code);
    let _ = (config, image::ImageFormat::Png, &*CHUTES);
    (Value::Null, print(&format!("{sum:x}")))
}

#[cfg(unix)]
pub fn pid() -> i32 {
    nix::unistd::getpid().as_raw()
}

#[cfg(unix)]
pub fn stop(group: u32) {
    unsafe {
        libc::kill(-(group as libc::pid_t), libc::SIGTERM);
    }
}

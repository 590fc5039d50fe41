#![allow(mixed_script_confusables)]
//! A comment with <<<<<<< in it, and brackets: ((( {{{

#[path = "platform/unix.rs"]
#[cfg(unix)]
mod os;
#[cfg(windows)]
mod os;
#[cfg_attr(target_os = "macos", path = "gui/mac.rs")]
mod gui;
#[cfg(feature = "scanner")]
mod scanner;
mod r#async;
mod version;
mod routes_table;
mod gap;
// mod winter_rates;

macro_rules! cfg_tracing {
    ($($item:item)*) => { $( #[cfg(feature = "tracing")] $item )* };
}

cfg_tracing! {
    mod spans;
}

cfg_if::cfg_if! {
    if #[cfg(test)] {
        mod double;
    } else {
        mod single;
    }
}

include!("tables/zones.rs");

pub mod inner {
    pub mod deep;
    #[path = "flat.rs"]
    pub mod flat;
}

const CONFLICT: &str = "
<<<<<<< HEAD
{{{
>>>>>>> main
";

fn quoted<'a>(text: &'a str) -> (char, u8, &'a str) {
    let _ = r##"a "# quote and a ( bracket"##;
    let _ = (b'(', '\'', '"', "\"(", '\u{7b}');
    'outer: loop {
        break 'outer;
    }
    ('}', b'\\', text)
}

fn main() {
    /* a comment with an unmatched ( */
    println!("{:?} {CONFLICT} {}", quoted("é"), inner::deep::NAME);
}

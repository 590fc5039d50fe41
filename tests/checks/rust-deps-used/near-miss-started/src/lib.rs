include!(concat!(env!("OUT_DIR"), "/cornucopia.rs"));

canal_macros::water_level! {}

pub fn flow() -> u32 { canal_core::start::level() + LEVEL }

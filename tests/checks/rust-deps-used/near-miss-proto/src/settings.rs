use std::collections::HashMap;

use config::{
    Config,
    File,
};

pub fn read(path: &str) -> Result<String, config::ConfigError> {
    let config = Config::builder().add_source(File::with_name(path)).build()?;
    let all: HashMap<String, String> = config.try_deserialize()?;
    Ok(all.into_values().collect())
}

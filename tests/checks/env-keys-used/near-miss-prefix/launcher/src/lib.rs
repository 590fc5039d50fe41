pub trait Settings: serde::de::DeserializeOwned {
    const SERVICE: &'static str;

    fn build() -> anyhow::Result<Self> {
        let source = config::Environment::with_prefix(Self::SERVICE).separator("__");
        Ok(config::Config::builder().add_source(source).build()?.try_deserialize()?)
    }
}

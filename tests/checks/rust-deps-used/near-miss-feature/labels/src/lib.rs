pub struct Label(pub String);

#[cfg(feature = "metrics")]
impl From<Label> for metrics::SharedString {
    fn from(label: Label) -> Self {
        label.0.into()
    }
}

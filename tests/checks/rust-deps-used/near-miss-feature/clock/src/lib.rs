pub use labels::Label;

pub fn zone() -> Label {
    Label("UTC".to_owned())
}

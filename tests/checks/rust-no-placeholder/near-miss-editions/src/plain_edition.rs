use crate::Tugs;

impl Tugs {
    pub fn notify_pilots(&self, _harbour: &str) -> Result<(), String> {
        Ok(())
    }
}

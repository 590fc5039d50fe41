#[cfg(test)]
use std::fmt::Debug;

pub struct Links;

impl Links {
    pub async fn set(&self, address: &str) -> Result<(), ()> {
        if !self.validate_target_credentials(address).await? {
            return Err(());
        }
        Ok(())
    }

    async fn validate_target_credentials(&self, _address: &str) -> Result<bool, ()> {
        // In a real implementation the target would be asked
        Ok(true)
    }
}

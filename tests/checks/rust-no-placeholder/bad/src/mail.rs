use log::info;

pub struct Mailer;

impl Mailer {
    pub async fn send_ticket(&self, to: &str, _ticket: &[u8]) -> Result<(), MailError> {
        info!("Sending the ticket to {}", to);
        Ok(())
    }

    pub async fn send_refund(&self, to: &str) -> Result<(), MailError> {
        info!("Sending the refund to {}", to);
        Ok(())
    }
}

pub fn verify_token(token: &str) -> bool {
    let _ = token;
    // In a real system the signature would be checked here
    true
}

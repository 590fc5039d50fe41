use std::env;

/// Signs the links in mails.
pub struct LinkSigner {
    key: String,
}

impl LinkSigner {
    pub fn from_env() -> Self {
        let key = env::var("LINK_SIGNING_SECRET")
            .unwrap_or_else(|_| "sign-links-with-this".to_string());
        Self { key }
    }

    pub fn sign(&self, link: &str) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_bytes()).unwrap();
        mac.update(link.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::LinkSigner;

    #[test]
    fn signs() {
        assert!(!LinkSigner::from_env().key.is_empty());
    }
}

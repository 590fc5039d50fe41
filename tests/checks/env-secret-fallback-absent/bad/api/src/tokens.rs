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
}

#[cfg(test)]
mod tests {
    use super::LinkSigner;

    #[test]
    fn signs() {
        assert!(!LinkSigner::from_env().key.is_empty());
    }
}

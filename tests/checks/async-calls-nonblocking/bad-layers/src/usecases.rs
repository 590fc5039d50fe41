use crate::repositories::MemberRepository;

#[derive(Default)]
pub struct Members {
    repository: MemberRepository,
}

impl Members {
    pub fn enrol(&self, password: &str) {
        self.repository.store(password);
    }
}

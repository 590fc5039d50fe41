use crate::entities::Member;

#[derive(Default)]
pub struct MemberRepository;

impl MemberRepository {
    pub fn store(&self, password: &str) -> Member {
        Member::create(password)
    }
}

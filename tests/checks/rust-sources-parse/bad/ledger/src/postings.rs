pub struct Posting {
    pub amount: i64，
    pub memo: String,
}

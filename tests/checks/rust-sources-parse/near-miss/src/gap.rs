// Newer syntax than the grammar knows; the compiler takes it.
fn parameters(#[expect(unused)] first: u8, #[future(awt)] second: u8) -> u8 {
    let pointer = &raw const first;
    let _ = pointer;
    second
}

mod support;

#[test]
fn prints() {
    assert!(printer::print(support::LABEL).is_ok());
}

#[test]
fn works() {
    assert!(notes::ok() == ());
}}

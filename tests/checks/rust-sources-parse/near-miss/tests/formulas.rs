#[test]
fn each_formula_is_taken() {
    for one in std::fs::read_dir("src/probe/formulas").unwrap() {
        assert!(!std::fs::read_to_string(one.unwrap().path()).unwrap().is_empty());
    }
    let all = concat!(env!("CARGO_MANIFEST_DIR"), "/src/probe/wanted/*.rs");
    assert!(glob::glob(all).unwrap().next().is_some());
}

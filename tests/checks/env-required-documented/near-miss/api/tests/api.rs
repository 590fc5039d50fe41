fn f() { std::env::var("ONLY_IN_TESTS").unwrap(); }

fn main() { let _ = sentry::init(()); }

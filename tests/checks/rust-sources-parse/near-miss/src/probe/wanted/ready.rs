fn ready() -> bool { true }

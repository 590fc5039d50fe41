pub fn prepared() -> impl outfit::Prepared {
    outfit::prepare()
}

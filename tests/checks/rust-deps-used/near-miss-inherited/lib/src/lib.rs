/// Whether a literal is one for `format!`.
#[macro_export]
macro_rules! is_format {
    ($s:literal) => {
        ::const_str::contains!($s, "{")
    };
}

macro_rules! countries {
    ($($name:ident),*) => { $( pub mod $name; )* };
}
countries!(nl, de);

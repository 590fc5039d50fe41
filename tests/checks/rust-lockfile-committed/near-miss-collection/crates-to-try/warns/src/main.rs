fn main() {
    lazy_static::initialize(&());
}

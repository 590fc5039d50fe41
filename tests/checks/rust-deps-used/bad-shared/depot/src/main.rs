fn main() {
    log::info!("{}", crane_core::slip());
}

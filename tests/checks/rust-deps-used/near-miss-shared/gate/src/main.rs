fn main() {
    log::info!("the gate opens: {}", crane_core::numbered!("gate"));
}

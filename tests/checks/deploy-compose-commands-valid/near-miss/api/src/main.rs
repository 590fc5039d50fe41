fn main() {
    tide_api::cli::run();
}

use key_collector::run_collector_cli;

fn main() {
    run_collector_cli("README.md");
}

//! Builds every crate of `crates-to-try` with two compilers and compares what they say.

fn main() -> anyhow::Result<()> {
    for one in std::fs::read_dir("crates-to-try")? {
        println!("{}", one?.path().display());
    }
    Ok(())
}

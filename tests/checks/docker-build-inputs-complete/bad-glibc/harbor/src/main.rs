fn main() {
    println!("open");
}

#[cfg(test)]
mod tests {
    use std::process::Command;
}

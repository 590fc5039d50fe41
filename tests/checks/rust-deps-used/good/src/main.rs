use axum::Router;
use once_cell::sync::Lazy;

static DEPOTS: Lazy<Vec<&str>> = Lazy::new(|| vec!["north", "harbour"]);

fn main() {
    let _app: Router = Router::new();
    println!("{} depots", DEPOTS.len());
}

#[cfg(test)]
mod tests {
    #[test]
    fn names() {
        insta::assert_debug_snapshot!(super::DEPOTS);
    }
}

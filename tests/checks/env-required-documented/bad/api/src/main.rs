use std::env;

fn main() {
    // links in mails are signed with it
    let key = env::var("LINK_SIGNING_KEY").expect("LINK_SIGNING_KEY");
    let known = env::var("HARBOUR_ID").unwrap();
    let open = env::var("SKIP_AUTH_CHECK").is_ok();
    let tide = env::var("TIDE_STATION").unwrap_or_else(|_| "north".into());
    println!("{} {} {} {}", key.len(), known, open, tide);
}

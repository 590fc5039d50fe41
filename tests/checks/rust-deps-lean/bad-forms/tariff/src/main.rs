use aws_sdk_s3::config::{Credentials, Region};

fn main() {
    let keys = Credentials::new("key", "secret", None, None, "settings");
    let config = aws_sdk_s3::Config::builder().credentials_provider(keys).region(Region::new("eu"));
    let _client = aws_sdk_s3::Client::from_conf(config.build());
}

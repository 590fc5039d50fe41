use crate::ImportArgs;

pub async fn import(args: ImportArgs) {
    let answer = reqwest::Client::new().get(&args.url).send().await.unwrap();
    println!("{}", answer.text().await.unwrap().len());
}

mod lamps {
    tonic::include_proto!("lamps");
}

struct Lamp {
    slug: String,
}

fn names(mut lamps: Vec<Lamp>) -> Vec<String> {
    lamps.drain(..).map(|lamp| lamp.slug).collect()
}

#[tokio::main]
async fn main() {
    let slug = String::from("north-pier");
    println!("{:?}", names(vec![Lamp { slug }]));
}

include!(concat!(env!("OUT_DIR"), "/generated.rs"));

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    actix_web::HttpServer::new(|| {
        actix_web::App::new().service(actix_web_static_files::ResourceFiles::new("/", generate()))
    })
    .bind("0.0.0.0:8080")?
    .run()
    .await
}

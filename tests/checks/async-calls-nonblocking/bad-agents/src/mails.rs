use actix_web::HttpResponse;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, SmtpTransport, Tokio1Executor, Transport};

fn send_mail(mail: Message) -> bool {
    let mailer = SmtpTransport::relay("smtp.example.com").unwrap().build();
    mailer.send(&mail).is_ok()
}

async fn send_later(mail: Message) -> bool {
    let mailer = AsyncSmtpTransport::<Tokio1Executor>::relay("smtp.example.com").unwrap().build();
    mailer.send(mail).await.is_ok()
}

pub async fn invite(address: String) -> HttpResponse {
    let (first, second) = (written(&address), written(&address));
    let (sender, _kept) = std::sync::mpsc::channel();
    sender.send(&first).ok();
    HttpResponse::Ok().body(format!("{} {}", send_mail(first.clone()), send_later(second).await))
}

fn written(address: &str) -> Message {
    Message::builder().to(address.parse().unwrap()).body(String::new()).unwrap()
}

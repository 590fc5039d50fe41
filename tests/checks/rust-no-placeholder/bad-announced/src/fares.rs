use actix_web::HttpResponse;

pub fn rebook_all() -> HttpResponse {
    todo!("rebooking")
}

pub fn refund_all() -> HttpResponse {
    todo!("refunds")
}

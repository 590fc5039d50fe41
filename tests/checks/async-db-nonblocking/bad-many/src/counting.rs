use actix_web::web;
use diesel::prelude::*;

use crate::{schema::*, Pool};

pub async fn count_fields(pool: web::Data<Pool>) -> i64 {
    let mut connection = pool.checked_out();
    fields::table.count().get_result::<i64>(&mut connection).unwrap()
}

pub async fn count_barns(pool: web::Data<Pool>) -> i64 {
    let mut connection = pool.checked_out();
    barns::table.count().get_result::<i64>(&mut connection).unwrap()
}

pub async fn count_tractors(pool: web::Data<Pool>) -> i64 {
    let mut connection = pool.checked_out();
    tractors::table.count().get_result::<i64>(&mut connection).unwrap()
}

pub async fn count_ploughs(pool: web::Data<Pool>) -> i64 {
    let mut connection = pool.checked_out();
    ploughs::table.count().get_result::<i64>(&mut connection).unwrap()
}

pub async fn count_fences(pool: web::Data<Pool>) -> i64 {
    let mut connection = pool.checked_out();
    fences::table.count().get_result::<i64>(&mut connection).unwrap()
}

pub async fn count_wells(pool: web::Data<Pool>) -> i64 {
    let mut connection = pool.checked_out();
    wells::table.count().get_result::<i64>(&mut connection).unwrap()
}

pub async fn count_orchards(pool: web::Data<Pool>) -> i64 {
    let mut connection = pool.checked_out();
    orchards::table.count().get_result::<i64>(&mut connection).unwrap()
}

use actix_web::web;
use diesel::prelude::*;

use crate::{schema::*, Pool};

pub async fn clear_fields(pool: web::Data<Pool>) -> usize {
    let mut connection = pool.checked_out();
    fields::table.filter(dead.eq(true)).execute(&mut connection).unwrap()
}

pub async fn clear_barns(pool: web::Data<Pool>) -> usize {
    let mut connection = pool.checked_out();
    barns::table.filter(dead.eq(true)).execute(&mut connection).unwrap()
}

pub async fn clear_tractors(pool: web::Data<Pool>) -> usize {
    let mut connection = pool.checked_out();
    tractors::table.filter(dead.eq(true)).execute(&mut connection).unwrap()
}

pub async fn clear_ploughs(pool: web::Data<Pool>) -> usize {
    let mut connection = pool.checked_out();
    ploughs::table.filter(dead.eq(true)).execute(&mut connection).unwrap()
}

pub async fn clear_fences(pool: web::Data<Pool>) -> usize {
    let mut connection = pool.checked_out();
    fences::table.filter(dead.eq(true)).execute(&mut connection).unwrap()
}

pub async fn clear_wells(pool: web::Data<Pool>) -> usize {
    let mut connection = pool.checked_out();
    wells::table.filter(dead.eq(true)).execute(&mut connection).unwrap()
}

pub async fn clear_orchards(pool: web::Data<Pool>) -> usize {
    let mut connection = pool.checked_out();
    orchards::table.filter(dead.eq(true)).execute(&mut connection).unwrap()
}

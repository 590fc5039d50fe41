use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

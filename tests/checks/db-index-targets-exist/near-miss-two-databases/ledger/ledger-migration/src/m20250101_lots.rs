use sea_orm_migration::prelude::*;

pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = r#"
            CREATE TABLE token_lots (
                id bigserial PRIMARY KEY,
                chain_id bigint NOT NULL,
                lot_hash bytea NOT NULL
            );
            CREATE UNIQUE INDEX token_lots_chain_lot ON token_lots (chain_id, lot_hash);
        "#;
        crate::from_sql(manager, sql).await
    }
}

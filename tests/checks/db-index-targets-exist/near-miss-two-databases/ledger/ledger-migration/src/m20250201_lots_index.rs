use sea_orm_migration::prelude::*;

pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = r#"
            CREATE INDEX IF NOT EXISTS token_lots_by_hash ON token_lots (lot_hash, chain_id);
        "#;
        crate::from_sql(manager, sql).await
    }
}

use barrel::{types, Migration};

pub fn migration() -> String {
    let mut change = Migration::new();
    change.create_table("items", |table| {
        table.add_column("name", types::text());
    });
    change.make::<barrel::backend::Pg>()
}

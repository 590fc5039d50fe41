use diesel::prelude::*;

use crate::schema::invoices;

pub fn close_month(conn: &mut PgConnection) -> QueryResult<()> {
    let open = invoices::table.filter(invoices::paid.eq(true)).load::<Invoice>(conn)?;
    for invoice in open {
        diesel::update(invoices::table.find(invoice.id))
            .set(invoices::state.eq("closed"))
            .execute(conn)?;
    }
    Ok(())
}

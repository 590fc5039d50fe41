diesel::table! {
    /// Made when the program starts.
    settings (key) {
        key -> Text,
        value -> Jsonb,
    }
}

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Varchar,
        run_on -> Timestamp,
    }
}

diesel::table! {
    pg_catalog.pg_class (oid) {
        oid -> Oid,
        relname -> Text,
    }
}

// diesel::table! { planned (id) { id -> Int4, } }

#[cfg(test)]
mod tests {
    diesel::table! {
        only_in_tests (id) {
            id -> Int4,
        }
    }
}

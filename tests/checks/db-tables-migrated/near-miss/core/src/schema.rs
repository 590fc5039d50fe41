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

// The sequence that numbers versions, read as a table.
diesel::table! {
    route_version (last_value) {
        last_value -> Int8,
        log_cnt -> Int8,
        is_called -> Bool,
    }
}

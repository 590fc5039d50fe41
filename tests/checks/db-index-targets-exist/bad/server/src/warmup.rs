const WARM: &[&str] = &[
    "CREATE INDEX idx_due ON book_loans (due_on)",
    "CREATE INDEX idx_kind ON book_loans (type)",
    "CREATE INDEX idx_due_date ON book_loans (due_date)",
    "CREATE INDEX idx_loans \
     ON loans (due_on)",
];

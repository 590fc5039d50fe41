module granary.example

require github.com/jackc/pgx/v5 v5.7.1

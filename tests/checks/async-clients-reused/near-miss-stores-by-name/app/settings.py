DSN = "postgres://db/berths"

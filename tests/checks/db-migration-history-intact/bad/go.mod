module harbour.example/berths

go 1.23

require (
	github.com/golang-migrate/migrate/v4 v4.18.1
	github.com/lib/pq v1.10.9
)

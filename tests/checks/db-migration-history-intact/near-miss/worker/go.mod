module crates.example/worker

require github.com/lib/pq v1.10.9

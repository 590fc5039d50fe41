package main

import (
	"flag"
	"net/http"
	"strconv"
)

var health = flag.Int("health-port", 10254, "port of the health endpoint")

func main() {
	flag.Parse()
	run(*health)
}

func run(port int) {
	listen(":"+strconv.Itoa(port), http.DefaultServeMux)
}

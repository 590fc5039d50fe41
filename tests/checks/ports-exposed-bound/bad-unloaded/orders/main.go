package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "7010"
	}
	// the metrics server went away with v2
	log.Fatal(http.ListenAndServe(":"+port, nil))
}

package main

import "github.com/prometheus/client_golang/prometheus"

// Counted, but nothing hands the numbers out yet.
var requests = prometheus.NewCounterVec(
	prometheus.CounterOpts{Name: "http_requests_total", Help: "Requests by route."},
	[]string{"route"},
)

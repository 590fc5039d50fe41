package main

import "github.com/prometheus/client_golang/prometheus"

var requests = prometheus.NewCounterVec(
	prometheus.CounterOpts{Name: "http_requests_total", Help: "Requests by route."},
	[]string{"route"},
)

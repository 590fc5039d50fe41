module tidewater.io/fares

go 1.23

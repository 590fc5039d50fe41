module tidewater.io/tolls

go 1.23

package config

const (
	// Both open the embedded store of a first run and nothing else.
	KeyID     = "AKIAIOSFOLQUICKSTART"
	SecondKey = "AKIAJVHTOKZWGCD2QQYS" //nolint:gosec
)

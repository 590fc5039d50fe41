package main

import "os"

// resetEnv takes what was read out of the environment again.
func resetEnv(names ...string) {
	for _, name := range names {
		_ = os.Unsetenv(name)
	}
}

func main() {
	resetEnv("SECRET", "ADMIN_PASSWD")
}

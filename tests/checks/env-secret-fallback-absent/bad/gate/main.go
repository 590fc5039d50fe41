package main

func main() {
	key := getEnv("COOKIE_SECRET", "lockgate-cookie")
	_ = key
}

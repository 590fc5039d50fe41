package main

type options struct {
	Auth struct {
		Harbour struct {
			Client string `long:"client" env:"CLIENT" description:"client id"`
		} `group:"harbour" namespace:"harbour" env-namespace:"HARBOUR"`
	} `group:"auth" namespace:"auth" env-namespace:"AUTH"`
}

func main() { _ = options{} }

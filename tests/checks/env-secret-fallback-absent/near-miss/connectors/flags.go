package connectors

func Bind() {
	MustBindEnv("datastore.password", "STORE_DATASTORE_PASSWORD")
	MustBindPFlag("datastore.secret", lookup("datastore-secret"))
}

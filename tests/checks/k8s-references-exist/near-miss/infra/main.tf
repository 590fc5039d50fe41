resource "kubernetes_secret_v1" "x" {
  metadata {
    name = "from-terraform"
  }
}

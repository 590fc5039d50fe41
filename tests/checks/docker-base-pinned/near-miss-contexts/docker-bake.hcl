target "sluice" {
  context = "sluice"
  contexts = {
    tides = "./tides"
  }
}

print("warp")

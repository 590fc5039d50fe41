print("night")

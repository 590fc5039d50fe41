print("day")

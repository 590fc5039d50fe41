print("slips")

echo slow

module example.org/history

module mill

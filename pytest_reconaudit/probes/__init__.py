"""One live system each. Imported only when asked; each is handed what it needs."""

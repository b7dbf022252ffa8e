"""Jobs: what happens after an answer was given. Each is a few lines that call the domain."""

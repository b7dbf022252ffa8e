"""Routes of the prize draws, by noun."""

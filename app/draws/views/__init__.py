"""Exactly the words and numbers that the templates of the prize draws need."""

"""What the pages of the shop say: exactly the words and numbers that a template needs."""

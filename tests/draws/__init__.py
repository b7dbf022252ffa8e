"""The pages of the prize draws."""

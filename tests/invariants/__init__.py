"""The rules that hold between all rows."""

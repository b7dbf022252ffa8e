"""The rules of places: pure, no input or output, no clock, no threads."""

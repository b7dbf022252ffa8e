"""Seating plans: read from files, measured, and drawn as the seat map."""

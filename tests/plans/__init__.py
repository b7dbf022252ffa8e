"""Tests of seating plans: reading, geometry, drawing."""

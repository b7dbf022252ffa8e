"""Tests of the rules of places."""

"""Tests of what other people's machines call to tell."""

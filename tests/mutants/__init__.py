"""Faults put in on purpose, one at a time: each must turn the test that it names red."""

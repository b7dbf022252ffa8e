"""Promises of draws and ballots."""

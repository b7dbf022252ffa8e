"""Ballots that somebody wrote down: what such a file says, and what is wrong with it."""

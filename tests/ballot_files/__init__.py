"""Tests of ballots that somebody wrote down."""

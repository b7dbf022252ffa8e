"""The tables of the first release, written out and never changed again."""

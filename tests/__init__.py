"""The tests of Full House."""

"""Private instances of every real part that the tests need, each a context manager."""

"""Orders: from a basket to tickets, over any number of events."""

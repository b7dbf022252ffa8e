"""A buyer's own pages."""

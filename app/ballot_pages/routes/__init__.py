"""Pages of ballots, a module per noun."""

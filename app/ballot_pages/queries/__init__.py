"""From ballots and entries to words."""

"""What pages for admins read."""

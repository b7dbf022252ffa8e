"""The shop: what buyers see and do."""

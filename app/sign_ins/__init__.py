"""Buyers sign in by a letter: asking for it, opening its link or typing its code, sessions."""

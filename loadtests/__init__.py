"""Crowds for a box office on this computer: shoppers, map pollers, slow clients, and the bench."""

"""Tickets: codes that verify without a network, their pictures, the printed sheet, the calendar."""

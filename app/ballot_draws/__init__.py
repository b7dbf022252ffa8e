"""Ballots carried out: opened, entered, closed, drawn, and the seats that follow from it."""

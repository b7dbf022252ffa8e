"""Prize draws from end to end: opened, sold, carried out, drawn, proved."""

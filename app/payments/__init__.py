"""Ways to pay: one protocol, one module each."""

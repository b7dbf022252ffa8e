"""The addresses of the shop, one module per noun."""

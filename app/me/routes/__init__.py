"""Pages of a buyer, a module per noun."""

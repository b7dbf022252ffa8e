"""Reading for the pages of the shop: facts of catalogue, actors and orders become words."""

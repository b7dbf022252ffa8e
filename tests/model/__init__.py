"""Random walks through the whole shop, against a model that knows what must be true."""

"""Kill it, cut its power, race it: what was promised must still be true afterwards."""

"""The fair draw `draw/v1`: commitments, shuffles, proofs; pure. The format is docs/draw-v1.md."""

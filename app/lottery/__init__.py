"""The lottery: a prize draw with finite batches, and a ballot for the right to buy."""

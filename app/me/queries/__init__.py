"""From rows to words for a buyer's own pages."""

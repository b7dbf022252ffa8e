"""Sample words for every state of every page, as the design draws them. Plain builders."""

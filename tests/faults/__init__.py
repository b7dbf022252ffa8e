"""Something around the box office breaks: buyers get an answer or a clean no, and it heals."""

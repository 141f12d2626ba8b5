"""External feeds: what employees publish elsewhere."""

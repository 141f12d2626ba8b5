"""Applications: how they come in, and the way to a hire."""

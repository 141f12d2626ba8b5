"""Doubts about who brought a candidate: signs with their reasons, and people who look at them."""

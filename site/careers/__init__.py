"""The career site: its pages, and what puts all packages together."""

"""Jobs: what the company hires for, and from where it is imported."""

"""The homepage, the search over everything, and what machines read about the site."""

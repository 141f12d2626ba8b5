"""Searches that people follow by mail: new jobs that answer them, at most once a day."""

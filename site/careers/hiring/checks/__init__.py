"""What is looked for in a CV; all of it runs in a process of its own, see `child.py`."""

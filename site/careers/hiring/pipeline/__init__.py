"""How those who hire work through applications: together, and each with what they may see."""

"""What employees hear by mail of those who came through them: when it moves, and once a week."""

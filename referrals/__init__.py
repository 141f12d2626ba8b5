"""How people are brought in: share links, clicks, touches, credits and their receipts."""

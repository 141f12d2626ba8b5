"""The blog that employees write and editors publish."""

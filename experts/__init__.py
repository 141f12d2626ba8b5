"""Experts: employees who opted in to a public page."""

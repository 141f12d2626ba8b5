"""Signing in: sessions kept at the server, passwords, OpenID Connect, the first admin."""

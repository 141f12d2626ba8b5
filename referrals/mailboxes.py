"""Which mailbox an e-mail address means."""

from __future__ import annotations


def plain_mailbox(email: str) -> str:
    """An e-mail address without what people add to make one mailbox look like two.

    Case, a `+tag`, and dots in the local part are left out: stricter than mail itself (RFC 5321),
    because it only serves to find one person behind two addresses.
    """
    local, _, host = email.lower().partition("@")
    return f"{local.split('+')[0].replace('.', '')}@{host}"

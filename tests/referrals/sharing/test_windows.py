"""The window of each network, with the words and the link."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.models import CHANNELS
from referrals.sharing import instance_host, share_window
from tests.referrals.sharing.panel_answers import ADDRESS, words_of_people

WINDOWS = {
    "linkedin": ("https://www.linkedin.com/sharing/share-offsite/", {"url": ADDRESS}),
    "facebook": ("https://www.facebook.com/sharer/sharer.php", {"u": ADDRESS}),
    "x": ("https://x.com/intent/post", {"text": f"Look & see {ADDRESS}"}),
    "whatsapp": ("https://wa.me/", {"text": f"Look & see {ADDRESS}"}),
    "bluesky": ("https://bsky.app/intent/compose", {"text": f"Look & see {ADDRESS}"}),
    "mastodon": ("https://mastodon.example/share", {"text": f"Look & see {ADDRESS}"}),
    "teams": (
        "https://teams.microsoft.com/share",
        {"href": ADDRESS, "msgText": "Look & see"},
    ),
    "email": ("mailto:", {"subject": "A job", "body": f"Look & see {ADDRESS}"}),
    "sms": ("sms:", {"body": f"Look & see {ADDRESS}"}),
}


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_share_window_is_the_networks_own_and_carries_the_link(channel):
    window = share_window(channel, "Look & see", ADDRESS, "A job", "mastodon.example")
    if channel not in WINDOWS:
        assert window is None
        return
    base, query = WINDOWS[channel]
    assert window.partition("?")[0] == base
    assert parse_qs(window.partition("?")[2]) == {name: [value] for name, value in query.items()}
    assert "+" not in window
    assert " " not in window


def test_a_mail_breaks_its_lines_as_mails_do():
    window = share_window("email", "One.\nTwo.", ADDRESS, "A job")
    assert "One.%0D%0ATwo.%0D%0A" in window


def test_mastodon_has_no_window_before_one_has_said_where_one_is():
    assert share_window("mastodon", "x", ADDRESS) is None


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("mastodon.social", "mastodon.social"),
        (" https://Mastodon.Social/@ada ", "mastodon.social"),
        ("@ada@mastodon.social", "mastodon.social"),
        ("ada@mastodon.social", "mastodon.social"),
        ("café.example", "xn--caf-dma.example"),
        ("", None), ("mastodon", None), ("localhost", None), ("127.0.0.1", None), ("[::1]", None),
        ("mastodon.social:8080", None), ("a..b", None), ("-a.example", None),
        ("javascript:alert(1)", None), ("mastodon.social\n.evil.example", None),
        ("mastodon.social?x=.evil.example", None), ("mastodon.social#.evil.example", None),
        ("mastodon.social\\.evil.example", None), ("a" * 64 + ".example", None),
        ("http://user:pass@mastodon.social:1/", None),
    ],
)  # fmt: skip
def test_only_the_host_of_a_server_is_taken(written, host):
    assert instance_host(written) == host


@given(words_of_people | st.from_regex(r"\A[a-z0-9.@:/?#\\-]{1,40}\Z"))
def test_whatever_is_written_the_window_stays_on_the_host_that_was_understood(written):
    host = instance_host(written)
    if host is not None:
        window = urlsplit(share_window("mastodon", "x", ADDRESS, "", host))
        assert (window.scheme, window.netloc, window.path) == ("https", host, "/share")
        assert window.hostname == host

"""Where the feed of somebody's page is, and whose page a feed is of."""

from __future__ import annotations

import pytest

from feeds.places import BLUESKY, candidates, is_shared, page_of

SKY = BLUESKY + "?actor={}&filter=posts_no_replies&limit=50"
CHANNEL = "UC" + "a1_-" * 5 + "zz"


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("https://bsky.app/profile/ada.example", [SKY.format("ada.example")]),
        ("https://bsky.app/profile/did:plc:abc", [SKY.format("did:plc:abc")]),
        ("@ada.bsky.social", [SKY.format("ada.bsky.social")]),
        ("ada.bsky.social", [SKY.format("ada.bsky.social")]),
        ("@ada@social.example", ["https://social.example/@ada.rss", "https://social.example/@ada"]),
        ("https://social.example/@ada", ["https://social.example/@ada.rss", "https://social.example/@ada"]),
        ("https://social.example/users/ada", ["https://social.example/@ada.rss", "https://social.example/users/ada"]),
        ("https://social.example/@ada.rss", ["https://social.example/@ada.rss"]),
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", [f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"]),
        ("https://www.youtube.com/user/ada", ["https://www.youtube.com/feeds/videos.xml?user=ada"]),
        ("https://www.youtube.com/@ada", ["https://www.youtube.com/@ada"]),  # its page names its feed
        ("medium.com/@ada", ["https://medium.com/feed/@ada"]),
        ("https://ada.medium.com", ["https://ada.medium.com/feed"]),
        ("https://dev.to/ada", ["https://dev.to/feed/ada"]),
        ("https://dev.to/t/python", ["https://dev.to/t/python"]),
        ("https://github.com/ada", ["https://github.com/ada.atom"]),
        ("https://github.com/ada/clocks", ["https://github.com/ada/clocks/releases.atom"]),
        ("https://github.com/explore", ["https://github.com/explore"]),
        ("https://gitlab.com/ada", ["https://gitlab.com/ada.atom"]),
        ("ada.substack.com", ["https://ada.substack.com/feed"]),
        ("https://ada.example/blog", ["https://ada.example/blog"]),
        ("http://[::1", ["http://[::1"]),
        ("", ["https://"]),
    ],
)  # fmt: skip
def test_what_is_asked_for_what_is_typed(typed, asked):
    assert candidates(typed) == asked


@pytest.mark.parametrize(
    "page",
    ["https://bsky.app/profile/ada.example", f"https://www.youtube.com/channel/{CHANNEL}",
     "https://medium.com/@ada", "https://ada.medium.com/", "https://dev.to/ada", "https://github.com/ada",
     "https://github.com/ada/clocks", "https://gitlab.com/ada", "https://ada.substack.com/",
     "https://social.example/@ada"],
)  # fmt: skip
def test_the_feed_of_a_page_is_of_that_page(page):
    assert page_of(candidates(page)[0]) == page


def test_other_feeds_are_of_no_page_that_is_known():
    assert page_of("https://ada.example/feed.xml") == ""
    assert page_of("https://medium.com/feed/some-publication") == ""


@pytest.mark.parametrize(("host", "shared"), [("www.github.com", True), ("public.api.bsky.app", True), ("ada.example", False)])  # fmt: skip
def test_where_many_people_write(host, shared):
    assert is_shared(host) is shared

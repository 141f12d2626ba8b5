"""People, previews, prefetches and bots are told apart; rightly often enough, and fast enough."""

from __future__ import annotations

import time
from pathlib import Path

import crawleruseragents
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.classifying import LISTS, channel_seen, classify
from referrals.known_agents import HOSTS, IN_APP, LEFT_OUT
from referrals.models import CHANNELS, CLASSES, Click

AGENTS = Path(__file__).parent / "agents"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; {}; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36"
)


def lines(name: str) -> list[str]:
    text = (AGENTS / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


BROWSERS = lines("browsers.txt")
BOTS = lines("bots.txt")
PREVIEWS = [line.split("\t") for line in lines("previews.txt")]
# Agents in the shared list that are people's: Meta's in-app browsers, Instagram's and Fluid's.
SHARED = [
    agent[:1000]
    for entry in crawleruseragents.CRAWLER_USER_AGENTS_DATA
    for agent in entry["instances"]
    if "MetaIAB" not in agent and "IABMV/1" not in agent and "Fluid/" not in agent
]


def test_the_samples_are_large_and_hold_nothing_twice():
    assert len(BROWSERS) >= 500
    assert len(BOTS) >= 300
    assert len(SHARED) >= 2_000
    everything = [*BROWSERS, *BOTS, *(agent for _, agent in PREVIEWS)]
    assert len(set(everything)) == len(everything)
    assert all(agent == agent.strip() != "" for agent in everything)


@pytest.mark.parametrize("sample", [BOTS, SHARED], ids=["own sample", "shared sample"])
def test_99_of_100_known_bots_are_recognised(sample, record_testsuite_property, request):
    missed = [agent for agent in sample if classify("GET", agent).kind == "human"]
    rate = 1 - len(missed) / len(sample)
    name = f"bots recognised, {request.node.callspec.id}"
    record_testsuite_property(name, f"{rate:.2%} of {len(sample)}")
    assert rate >= 0.99, "\n".join(missed)


def test_at_most_2_of_1000_browsers_are_wronged(record_testsuite_property):
    wronged = [agent for agent in BROWSERS if classify("GET", agent).kind != "human"]
    rate = len(wronged) / len(BROWSERS)
    record_testsuite_property("browsers wronged", f"{rate:.2%} of {len(BROWSERS)}")
    assert rate <= 0.002, "\n".join(wronged)


@pytest.mark.parametrize(("name", "agent"), PREVIEWS)
def test_every_known_link_previewer_is_named_and_never_a_person(name, agent):
    assert (classify("GET", agent).kind, classify("GET", agent).source) == ("preview", name)
    assert classify("HEAD", agent).kind == "preview"


@pytest.mark.parametrize("agent", BOTS)
def test_a_bot_has_a_readable_name(agent):
    source = classify("GET", agent).source
    assert 1 < len(source) <= Click.source.type.length
    assert "://" not in source
    assert source not in {"Mozilla", "Chrome", "Safari", "compatible", "com", "AppleWebKit"}


@pytest.mark.parametrize(
    ("agent", "name"),
    {
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": "Googlebot",
        "Mozilla/4.0 (compatible; ms-office; MSOffice 16)": "Microsoft Office",
        "curl/8.5.0": "curl",
        "python-requests/2.32.3": "python-requests",
        "Screaming Frog SEO Spider/22.2": "Screaming Frog SEO Spider",
        "NewBot of tomorrow/3.1 (+https://new.example)": "NewBot of tomorrow",
        f"{CHROME} Tomorrowbot/7.0": "Tomorrowbot",
        "Mozilla/5.0 (compatible; Tomorrow Index/0.1)": "Tomorrow Index",
        CHROME.replace("Chrome/", "HeadlessChrome/"): "headless browser",
        "Barracuda Sentinel (EE)": "Barracuda",
        # Scanners pass for browsers; where one says its name, it may stand anywhere.
        f"{CHROME} Microsoft SafeLinks": "Outlook SafeLinks",
        f"{CHROME} Mimecast": "Mimecast",
        f"{CHROME} (Proofpoint)": "Proofpoint",
        ANDROID.format("Catchpoint"): "Catchpoint",
        "": "no agent",
        "   ": "no agent",
        "-": "bot",
        "Mozilla/5.0": "bot",
    }.items(),
)
def test_bots_are_called_what_people_call_them(agent, name):
    assert (classify("GET", agent).kind, classify("GET", agent).source) == ("bot", name)


def test_head_is_a_bot_whoever_asks():
    assert (classify("HEAD", CHROME).kind, classify("HEAD", CHROME).source) == ("bot", "HEAD")


@pytest.mark.parametrize(
    "model",
    ["CUBOT P80", "CUBOT_X19", "M bot 51", "IDbot53", "Spider A71", "Monitor 10", "EDA-SCAN"],
)
def test_a_phone_may_have_any_name(model):
    assert classify("GET", ANDROID.format(model)).kind == "human"


@pytest.mark.parametrize(
    "tail", ["QRScanner/2.0", "QR Scanner", "Barcode Scanner/4", "Feedback/1.0", "Phantom/ios/24.3"]
)
def test_an_app_that_reads_qr_codes_is_a_persons(tail):
    assert classify("GET", f"{IPHONE} {tail}").kind == "human"


def test_whatsapps_previewer_and_its_browser_are_two():
    assert classify("GET", "WhatsApp/2.25.20.79 A").kind == "preview"
    inside = classify("GET", f"{ANDROID.format('SM-S911B')} WhatsApp/2.25.20.79")
    assert (inside.kind, inside.source) == ("human", "whatsapp")


@pytest.mark.parametrize(
    "purpose",
    ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip", "Preview", "prerender"],
)
def test_a_prefetch_is_not_a_person(purpose):
    verdict = classify("GET", CHROME, purpose, "document", "navigate")
    assert (verdict.kind, verdict.navigates) == ("prefetch", False)


def test_a_bot_that_prefetches_stays_a_bot():
    assert classify("GET", "curl/8.5.0", "prefetch").kind == "bot"


@pytest.mark.parametrize(
    ("dest", "mode", "opens"),
    [
        ("", "", True),  # browsers don't send these over plain http
        ("document", "navigate", True),
        ("document", "", True),
        ("", "navigate", True),
        ("document", "no-cors", False),
        ("", "no-cors", False),
        ("iframe", "navigate", False),
        ("frame", "navigate", False),
        ("embed", "navigate", False),
        ("object", "navigate", False),
        ("fencedframe", "navigate", False),
        ("image", "no-cors", False),
        ("script", "no-cors", False),
        ("style", "no-cors", False),
        ("empty", "cors", False),
        ("empty", "navigate", False),
    ],
)
def test_only_a_page_opened_in_its_own_tab_navigates(dest, mode, opens):
    verdict = classify("GET", CHROME, "", dest, mode)
    assert (verdict.kind, verdict.navigates) == ("human", opens)


@pytest.mark.parametrize(
    ("tail", "origin", "channel"),
    [
        ("[LinkedInApp]/9.31", "", "linkedin"),
        ("[FBAN/FBIOS;FBAV/518.0.0.52.100]", "", "facebook"),
        ("MetaIAB Facebook", "", "facebook"),
        ("Instagram 386.0.0.31.81 (iPhone15,2)", "", "instagram"),
        ("Twitter for iPhone/11.12", "", "x"),
        ("Teams/25163.3611", "", "teams"),
        ("Snapchat/13.45.0.38", "", "other"),
        ("", "www.linkedin.com", "linkedin"),
        ("", "lnkd.in", "linkedin"),
        ("", "com.linkedin.android", "linkedin"),
        ("", "t.co", "x"),
        ("", "l.facebook.com", "facebook"),
        ("", "mail.google.com", "email"),
        ("", "outlook.live.com", "email"),
        ("", "outlook.office.com:443", "email"),
        ("", "eur01.safelinks.protection.outlook.com", "email"),
        ("", "web.whatsapp.com", "whatsapp"),
        ("", "web.telegram.org", "other"),
        ("", "piaille.fr", "mastodon"),
        ("", "framapiaf.org", "mastodon"),
        ("", "bsky.app", "bluesky"),
        ("", "app.slack.com", "slack"),
        ("[LinkedInApp]", "www.facebook.com", "linkedin"),  # the app is where they are
        ("", "", ""),
        ("", "www.google.com", ""),
        ("", "notlinkedin.com", ""),
        ("", "linkedin.com.evil.example", ""),
        ("", "com", ""),
    ],
)
def test_a_person_visibly_comes_from_somewhere(tail, origin, channel):
    verdict = classify("GET", f"{IPHONE} {tail}", "", "document", "navigate", origin)
    assert (verdict.kind, verdict.source) == ("human", channel)


def test_channels_seen_are_channels_of_links():
    assert {*HOSTS.values(), *IN_APP.values()} <= set(CHANNELS)
    assert all(channel_seen("", host) == channel for host, channel in HOSTS.items())


def test_what_is_left_out_of_the_shared_list_is_still_in_it():
    patterns = {entry["pattern"] for entry in crawleruseragents.CRAWLER_USER_AGENTS_DATA}
    assert set(LEFT_OUT) <= patterns


def test_the_version_of_the_lists_fits_beside_each_click():
    assert LISTS.startswith("own-")
    assert len(LISTS) <= Click.lists.type.length


# What makes patterns stumble: their own beginnings, over and over.
STUMBLING = st.sampled_from(
    [
        "compatible; ", "compatible ", " ", ";", "Android 1;", "Android 1; en-us;", "a", "a-", "@a",
        "@a.", "Current", "ContextualBot", "Spider", "Google-", "qr scan", "bo", "bot", "http", "- ",
        "Mozilla/5.0 (", "(KHTML, like Gecko)", "1.", "/v1", "é", "\x00", "'", "WhatsApp/",
    ]
)  # fmt: skip


@given(
    st.text(max_size=1000)
    | st.lists(STUMBLING, min_size=1, max_size=4).map(lambda parts: ("".join(parts) * 1000)[:1000]),
    st.sampled_from(["GET", "HEAD"]),
    st.text(max_size=40),
    st.text(max_size=300),
)
def test_no_agent_breaks_it_or_takes_long(agent, method, header, origin):
    started = time.process_time()
    verdict = classify(method, agent, header, header, header, origin)
    assert time.process_time() - started < 0.2
    assert verdict.kind in CLASSES
    assert len(verdict.source) <= Click.source.type.length
    assert verdict.source in {"", *CHANNELS} or verdict.kind in {"bot", "preview"}
    assert bool(verdict.source) or verdict.kind in {"human", "prefetch"}


def test_a_verdict_that_is_not_remembered_takes_about_a_millisecond(record_testsuite_property):
    classify.cache_clear()
    started = time.process_time()
    for agent in BROWSERS:
        classify("GET", agent)
    took = (time.process_time() - started) / len(BROWSERS)
    record_testsuite_property("milliseconds each", f"{took * 1000:.2f}")
    assert took < 0.003  # about 0.3 ms on a machine that does nothing else

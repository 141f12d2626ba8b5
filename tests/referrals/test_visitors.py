"""Visitors can be counted within a day, and followed by nobody."""

from __future__ import annotations

import hmac
import secrets
import threading
from datetime import UTC, datetime, time, timedelta

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from careers.base import clock
from referrals.journal import microseconds
from referrals.visitors import Keyed, Visitors, network
from tests.conftest import REDIS, lacking

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT_NOON, HOUR = microseconds(NOON), 3_600_000_000


def test_the_same_browser_is_the_same_visitor_within_a_day(tmp_path):
    visitors = Visitors(tmp_path)
    one = visitors.visitor(AT_NOON, 1, "203.0.113.7", "Firefox")
    assert visitors.visitor(AT_NOON + 6 * HOUR, 1, "203.0.113.7", "Firefox") == one
    assert Visitors(tmp_path).visitor(AT_NOON, 1, "203.0.113.7", "Firefox") == one
    assert -(2**63) <= one < 2**63


def test_nobody_can_be_followed_to_another_day_or_another_link(tmp_path):
    visitors = Visitors(tmp_path)
    one = visitors.visitor(AT_NOON, 1, "203.0.113.7", "Firefox")
    assert visitors.visitor(AT_NOON + 24 * HOUR, 1, "203.0.113.7", "Firefox") != one
    assert visitors.visitor(AT_NOON, 2, "203.0.113.7", "Firefox") != one
    assert visitors.visitor(AT_NOON, 1, "203.0.113.7", "Chrome") != one


@given(key=st.binary(max_size=64), messages=st.lists(st.binary(max_size=300), max_size=3))
def test_a_keyed_code_is_the_one_of_the_standard_library(key, messages):
    keyed = Keyed(key)
    assert [keyed.digest(m) for m in messages] == [hmac.digest(key, m, "sha256") for m in messages]


def test_the_salt_of_a_past_day_is_destroyed(tmp_path):
    visitors = Visitors(tmp_path)
    visitors.visitor(AT_NOON, 1, "203.0.113.7", "Firefox")
    visitors.destroy_old(NOON + timedelta(hours=13, minutes=30))  # 01:30 the next day: still kept
    assert [path.name for path in tmp_path.iterdir()] == ["2026-11-20"]
    visitors.destroy_old(NOON + timedelta(hours=14, minutes=1))
    assert list(tmp_path.iterdir()) == []


def test_processes_that_begin_a_day_together_share_one_salt(tmp_path):
    found = []
    start = threading.Barrier(8)

    def see():
        visitors = Visitors(tmp_path)
        start.wait()
        found.append(visitors.visitor(AT_NOON, 1, "203.0.113.7", "Firefox"))

    threads = [threading.Thread(target=see) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert (tmp_path / "2026-11-20").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", "?"),
        ("not an address", "?"),
    ],
)
def test_only_the_network_of_an_address_is_looked_at(address, found):
    assert network(address) == found


def test_machines_that_share_a_redis_share_the_salt_until_two_hours_past_its_day(tmp_path):
    try:
        redis.Redis.from_url(REDIS).ping()
    except redis.ConnectionError:
        lacking("Redis")
    site, now = secrets.token_hex(6), clock.now()
    at = microseconds(now)
    machines = [Visitors(tmp_path, REDIS, name) for name in (site, site, f"{site}-other")]
    first, second = (machine.visitor(at, 1, "203.0.113.7", "Firefox") for machine in machines[:2])
    assert first == second
    assert machines[2].visitor(at, 1, "203.0.113.7", "Firefox") != first
    with redis.Redis.from_url(REDIS) as asked:
        seconds = asked.ttl(f"entourage:salt:{site}:{now.date()}")
    midnight = datetime.combine(now.date() + timedelta(days=1), time.min, UTC)
    assert abs(seconds - (midnight + timedelta(hours=2) - now).total_seconds()) < 5
    for machine in machines:
        machine.close()


def test_a_redis_that_is_away_stops_nobody(tmp_path):
    (tmp_path / "salt").mkdir()
    visitors = Visitors(tmp_path / "salt", "redis://127.0.0.1:1/0", "site")
    one = visitors.visitor(AT_NOON, 1, "203.0.113.7", "Firefox")
    assert visitors.visitor(AT_NOON, 1, "203.0.113.7", "Firefox") == one

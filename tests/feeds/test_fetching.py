"""What the hardened client reads, and what it never connects to."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from careers.base import fetching
from careers.base.fetching import Allow, Unreachable, checked_address, is_public
from tests.feeds.conftest import HERE, Answer, Site

NEVER = """
127.0.0.1 127.255.255.254 0.0.0.0 10.0.0.1 100.64.0.1 100.127.255.255 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1
64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b:1::7f00:1 64:ff9b:1::808:808 100::1
2001::1 2001:0:7f00:1::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1 2001:db8::1
2002:7f00:1::1 2002:a00:1::1 2002:c0a8:101::1 2620:4f:8000::1 3fff::1 5f00::1
fc00::1 fd12::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 not-an-address
""".split()  # noqa: SIM905  a table, not code
PUBLIC = """
1.1.1.1 8.8.8.8 93.184.216.34 172.15.0.1 172.32.0.1 100.63.0.1 192.169.0.1 223.255.255.254
2606:4700::1111 2a00:1450::1 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1
""".split()  # noqa: SIM905  a table, not code


@pytest.mark.parametrize("address", NEVER)
def test_no_special_address_is_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://a.example/", fetching.NOT_AN_ADDRESS),
        ("file:///etc/passwd", fetching.NOT_AN_ADDRESS),
        ("javascript:alert(1)", fetching.NOT_AN_ADDRESS),
        ("//a.example/", fetching.NOT_AN_ADDRESS),
        ("http://", fetching.NOT_AN_ADDRESS),
        ("http://a.example\\@b.example/", fetching.NOT_AN_ADDRESS),
        ("http://a.example/a b", fetching.NOT_AN_ADDRESS),
        ("http://a.example/\r\nHost: b", fetching.NOT_AN_ADDRESS),
        ("http://[::1", fetching.NOT_AN_ADDRESS),
        ("http://[fe80::1%25eth0]/", fetching.NOT_AN_ADDRESS),
        ("http://a.example:99999/", fetching.NOT_AN_ADDRESS),
        ("http://me:secret@a.example/", fetching.HAS_PASSWORD),
        ("http://@a.example/", fetching.HAS_PASSWORD),
        ("http://a.example:22/", fetching.OTHER_PORT),
        ("http://a.example:0/", fetching.OTHER_PORT),
        ("https://a.example:8443/", fetching.OTHER_PORT),
        ("https://a.example/" + "a" * 2000, fetching.TOO_LONG),
        ("https://a.example/" + "é" * 700, fetching.TOO_LONG),
    ],
)
def test_an_address_that_is_none_is_refused(url, reason):
    with pytest.raises(Unreachable) as error:
        checked_address(url)
    assert error.value.reason == reason


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://Bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("HTTP://A.Example:80", "http://a.example/"),
        ("https://a.example:443/x#part", "https://a.example/x"),
        ("https://a.example./é?q=ü", "https://a.example/%C3%A9?q=%C3%BC"),
        ("http://a.example:443/", "http://a.example:443/"),
    ],
)
def test_an_address_is_asked_for_in_one_spelling(url, asked):
    assert checked_address(url) == asked


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/",
     "http://localhost/", "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/"],
)  # fmt: skip
def test_this_machine_is_never_read_whatever_it_is_called(url):
    with pytest.raises(Unreachable) as error:
        fetching.fetch(url)
    assert error.value.reason in {fetching.NOT_PUBLIC, fetching.NO_SUCH_HOST}


def test_every_address_of_a_name_must_be_public():
    allow = Allow(resolve=lambda _host, _port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(Unreachable) as error:
        fetching.fetch("http://two-faced.example/", allow=allow)
    assert error.value.reason == fetching.NOT_PUBLIC


def test_the_connection_goes_to_the_address_that_was_checked(site):
    site.says("/", b"hello")
    port, asked = site.server.server_port, []

    def resolve(host, _port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]  # it changes its mind

    allow = Allow(any_port=True, loopback=True, resolve=resolve)
    answer = fetching.fetch(f"http://rebind.example:{port}/", allow=allow)
    assert answer.body == b"hello"
    assert asked == ["rebind.example"]
    assert site.asked[0][1]["host"] == f"rebind.example:{port}"


def test_a_name_is_asked_for_once_a_minute_and_again_when_it_has_no_address(monkeypatch):
    asked, now = [], 1_200.0

    def getaddrinfo(host, port, **_kind):
        asked.append(host)
        if len(asked) == 1:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(fetching.time, "monotonic", lambda: now)
    assert fetching.resolve("often.example", 80) == []
    assert fetching.resolve("often.example", 80) == ["93.184.216.34"]
    assert fetching.resolve("often.example", 80) == ["93.184.216.34"]
    assert len(asked) == 2
    now += 60
    fetching.resolve("often.example", 80)
    assert len(asked) == 3


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "//192.168.0.1/"]
)
def test_a_redirect_to_a_private_address_is_not_followed(site, fetch, target):
    url = site.says("/", status=302, Location=target)
    with pytest.raises(Unreachable) as error:
        fetch(url)
    assert error.value.reason == fetching.NOT_PUBLIC


def test_a_redirect_to_another_scheme_is_not_followed(site, fetch):
    url = site.says("/", status=302, Location="file:///etc/passwd")
    with pytest.raises(Unreachable) as error:
        fetch(url)
    assert error.value.reason == fetching.NOT_AN_ADDRESS


def test_a_secure_address_never_leads_to_an_insecure_one():
    with pytest.raises(Unreachable) as error:
        fetching._next("https://a.example/", "http://a.example/", Allow())
    assert error.value.reason == fetching.DOWNGRADED
    assert (
        fetching._next("http://a.example/", "https://b.example/x", Allow()) == "https://b.example/x"
    )


def test_five_redirects_are_followed_and_no_sixth(site, fetch):
    for number in range(7):
        site.says(f"/{number}", status=302, Location=f"/{number + 1}")
    site.says("/7", b"there")
    assert fetch(site.root + "/2").body == b"there"
    with pytest.raises(Unreachable) as error:
        fetch(site.root + "/1")
    assert error.value.reason == fetching.TOO_MANY_HOPS


def test_only_a_chain_of_permanent_redirects_names_a_new_address(site, fetch):
    site.says("/new", b"new")
    site.says("/old", status=301, Location="/new")
    site.says("/older", status=308, Location="/old")
    site.says("/then-temporary", status=301, Location="/temporary")
    site.says("/temporary", status=302, Location="/old")
    assert fetch(site.root + "/older").permanent_url == site.root + "/new"
    assert fetch(site.root + "/then-temporary").permanent_url == site.root + "/temporary"
    assert fetch(site.root + "/temporary").permanent_url is None


def test_no_cookie_and_no_proxy_is_used(site, fetch, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    site.says("/set", status=302, Location="/then", Set_Cookie="who=me")
    site.says("/then", b"fine")
    assert fetch(site.root + "/set").body == b"fine"
    assert "cookie" not in site.asked[1][1]


def test_we_say_who_we_are_and_what_we_have(site, fetch):
    url = site.says("/", status=304)
    answer = fetch(url, etag='"a"', last_modified="yesterday", contact="https://careers.example")
    asked = site.asked[0][1]
    assert answer.status == 304
    assert asked["user-agent"].startswith("Entourage/")
    assert "(+https://careers.example)" in asked["user-agent"]
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"a"', "yesterday")


@pytest.mark.parametrize("raw", [False, True])
def test_a_site_that_drips_is_left_when_time_is_up(site, raw):
    site.answers["/"] = Answer(b"x" * 2_000, pause=0.1, raw=raw)
    began = time.monotonic()
    with pytest.raises(Unreachable) as error:
        fetching.fetch(site.root + "/", allow=Allow(any_port=True, loopback=True, seconds=0.6))
    assert error.value.reason == fetching.TOO_SLOW
    assert time.monotonic() - began < 100  # all of it would take two hundred


def test_a_large_answer_is_left_where_it_is(site, fetch):
    site.says("/says-so", b"x" * 10, Content_Length="99999999")
    site.says("/does-not", b"x" * 200_000)
    bomb = gzip.compress(b"\0" * 50_000_000)
    site.says("/bomb", bomb, Content_Encoding="gzip")
    assert len(bomb) < 60_000
    for path in ("/says-so", "/does-not", "/bomb"):
        with pytest.raises(Unreachable) as error:
            fetch(site.root + path, limit_bytes=100_000)
        assert error.value.reason == fetching.TOO_LARGE


def test_a_compressed_answer_is_read(site, fetch):
    url = site.says("/", gzip.compress(b"hello"), Content_Encoding="gzip")
    assert fetch(url).body == b"hello"


def test_an_answer_that_breaks_off_is_none(site, fetch):
    url = site.says("/", b"half", Content_Length="8")
    with pytest.raises(Unreachable) as error:
        fetch(url)
    assert error.value.reason == fetching.BROKEN_OFF


def test_a_closed_door_is_no_answer():
    with pytest.raises(Unreachable) as error:
        fetching.fetch("http://127.0.0.1:1/", allow=HERE)
    assert error.value.reason == fetching.NO_ANSWER


@pytest.fixture(scope="module")
def secure_site(tmp_path_factory):
    """The address of a site that proves, with a certificate of our own making, to be localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(Encoding.PEM)
    file = tmp_path_factory.mktemp("certificate") / "both.pem"
    file.write_bytes(pem + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    site = Site()
    site.says("/", b"secret")
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    yield site.port, pem.decode()
    site.server.shutdown()
    site.server.server_close()


def test_a_site_must_prove_who_it_is(secure_site, monkeypatch):
    port, pem = secure_site
    allow = replace(HERE, resolve=lambda _host, _port: ["127.0.0.1"])
    with pytest.raises(Unreachable) as nobody_we_know:
        fetching.fetch(f"https://localhost:{port}/", allow=allow)
    assert nobody_we_know.value.reason == fetching.NO_TRUST
    context = fetching._trust.__wrapped__()
    context.load_verify_locations(cadata=pem)
    monkeypatch.setattr(fetching, "_trust", lambda: context)
    assert fetching.fetch(f"https://localhost:{port}/", allow=allow).body == b"secret"
    with pytest.raises(Unreachable) as somebody_else:
        fetching.fetch(f"https://elsewhere.example:{port}/", allow=allow)
    assert somebody_else.value.reason == fetching.NO_TRUST

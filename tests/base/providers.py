"""Sign-on providers for tests: a real one on Node, and one of our own that can lie."""

from __future__ import annotations

import html
import json
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from tests.node_packages import installed
from tests.serving import PATIENCE, free_port

FOLDER = Path(__file__).parents[1] / "oidc"
CALLBACK = "http://127.0.0.1:8000/sign-in/oidc/callback"
CLIENT_ID = "entourage"
CLIENT_SECRET = "a secret of the tests that is long enough"


@contextmanager
def real_provider() -> Iterator[str]:
    """The issuer of a running oidc-provider."""
    installed(FOLDER)
    port = free_port()
    node = subprocess.Popen(
        ["node", "provider.mjs", str(port), CALLBACK, "http://127.0.0.1:8000/sign-in"],
        cwd=FOLDER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    issuer = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1200):
            try:
                requests.get(f"{issuer}/.well-known/openid-configuration", timeout=PATIENCE)
                break
            except requests.ConnectionError:
                assert node.poll() is None, "the provider did not start"
                time.sleep(0.1)
        yield issuer
    finally:
        node.terminate()
        node.wait(PATIENCE)


class Browser:
    """Whoever signs in at the real provider: fills its pages until it sends them back."""

    def __init__(self) -> None:
        self.session = requests.Session()

    def sign_in(self, address: str, name: str) -> str:
        """Follow `address` through sign-in and consent; the address back at our site."""
        answer = self.session.get(address, allow_redirects=False, timeout=PATIENCE)
        for _ in range(15):
            if answer.is_redirect:
                address = urljoin(answer.url, answer.headers["Location"])
                if address.startswith(CALLBACK.rsplit("/sign-in", 1)[0]):
                    return address
                answer = self.session.get(address, allow_redirects=False, timeout=PATIENCE)
                continue
            action = re.search(r'<form[^>]+action="([^"]+)"', answer.text)
            assert action, answer.text[:2000]
            fields = dict(
                re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
            )
            if 'name="login"' in answer.text:
                fields |= {"login": name, "password": "any"}
            answer = self.session.post(
                urljoin(answer.url, html.unescape(action[1])),
                data=fields, allow_redirects=False, timeout=PATIENCE,
            )  # fmt: skip
        raise AssertionError("the provider never sent us back")


@cache
def _keys() -> list[RSAKey]:
    """Two keys that have one name."""
    named = {"kid": "one", "alg": "RS256"}
    return [RSAKey.generate_key(2048, parameters=named) for _ in range(2)]


class LyingProvider:
    """A provider that answers as it is told to: `claims` change the token, `changes` the rest."""

    def __init__(self) -> None:
        self.key, self.other_key = _keys()
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.without: set[str] = set()
        self.alg = "RS256"
        self.sign_with = self.key
        self.answer: tuple[int, bytes] | None = None
        self.asked: dict[str, list[str]] = {}
        self.nonce = ""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply(provider.reply_to(self.path, ""))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._reply(provider.reply_to(self.path, body))

            def _reply(self, answer: tuple[int, bytes]) -> None:
                self.send_response(answer[0])
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reply_to(self, path: str, body: str) -> tuple[int, bytes]:
        if path.endswith("openid-configuration"):
            return 200, json.dumps(self._metadata()).encode()
        if path == "/jwks":
            return 200, json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()
        if path == "/token":
            self.asked = parse_qs(body)
            if self.answer is not None:
                return self.answer
            token = {"access_token": "x", "token_type": "Bearer", "id_token": self._id_token()}
            return 200, json.dumps(
                {name: value for name, value in token.items() if name not in self.without}
            ).encode()
        return 404, b"{}"

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        } | self.metadata

    def _id_token(self) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "subject-1", "iat": now, "exp": now + 300,
            "nonce": self.nonce, "email": "carl@acme.example", "email_verified": True,
        } | self.claims  # fmt: skip
        claims = {name: value for name, value in claims.items() if name not in self.without}
        header = {"alg": self.alg, "kid": "one"}
        if self.alg == "none":
            import base64

            parts = [json.dumps(part).encode() for part in (header, claims)]
            return ".".join(
                [*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""]
            )
        return jwt.encode(
            header, claims, self.sign_with, registry=JWSRegistry(algorithms=[self.alg])
        )

    def authorise(self, address: str) -> str:
        """As if somebody had agreed at `address`: the query with which they come back."""
        asked = parse_qs(urlsplit(address).query)
        self.nonce = asked["nonce"][0]
        return f"/sign-in/oidc/callback?code=code-1&state={asked['state'][0]}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

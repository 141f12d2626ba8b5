"""Speed, as ratios: each page against a bare answer of the same server, in the same run.

Needs `wrk`. Prints requests a second, median of three rounds, and the ratio to the baseline.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

BIN = Path(sys.executable).parent
ROUNDS, SECONDS, CONNECTIONS = 3, 4, 32
BARE = """
def app(environ, start_response):
    if environ["PATH_INFO"] == "/r":
        start_response("302 Found", [("Location", "/jobs"), ("Content-Length", "0")])
        return [b""]
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "20000")])
    return [b"x" * 20000]
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, environment: dict[str, str], cwd: Path | None = None):
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, cwd=cwd, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).read()
                break
            time.sleep(0.1)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def rate(address: str) -> float:
    """Answers a second."""
    agent = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
    out = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-H", agent, address],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])


def main() -> int:
    if shutil.which("wrk") is None:
        print("make bench needs wrk (Debian: apt-get install wrk)")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        bare, ours = free_port(), free_port()
        (Path(folder) / "bare.py").write_text(BARE)
        environment = {
            "ENTOURAGE_DATA_DIR": f"{folder}/data",
            "ENTOURAGE_LISTEN": f"127.0.0.1:{ours}",
            "ENTOURAGE_BASE_URL": f"http://127.0.0.1:{ours}",
        }
        subprocess.run(
            [BIN / "entourage", "demo"], check=True, env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        code = subprocess.run(
            [sys.executable, "-c", CODE], check=True, capture_output=True, text=True,
            env={**os.environ, **environment},
        ).stdout.strip()  # fmt: skip
        granian = [
            str(BIN / "granian"), "--interface", "wsgi", "--port", str(bare),
            "--blocking-threads", "16", "bare:app",
        ]  # fmt: skip
        pages = {
            "share link": ("/r", f"/r/{code}"),
            "homepage": ("/page", "/"),
            "job search": ("/page", "/jobs?q=data"),
            "experts": ("/page", "/experts"),
        }
        serve = [str(BIN / "entourage"), "serve"]
        with running(granian, bare, {}, Path(folder)), running(serve, ours, environment):
            print(f"{'':14}{'bare/s':>10}{'ours/s':>10}{'ratio':>8}")
            for name, (base, path) in pages.items():
                bares, rates = [], []
                for _ in range(ROUNDS):
                    bares.append(rate(f"http://127.0.0.1:{bare}{base}"))
                    rates.append(rate(f"http://127.0.0.1:{ours}{path}"))
                one, two = statistics.median(bares), statistics.median(rates)
                print(f"{name:14}{one:10.0f}{two:10.0f}{two / one:8.1%}")
    return 0


CODE = """
from sqlalchemy import select
from careers.base.config import Settings
from careers.base.database import Database
from referrals.models import ShareLink
with Database(Settings().database).reading() as db:
    print(db.scalar(select(ShareLink.code).limit(1)))
"""

if __name__ == "__main__":
    sys.exit(main())

"""`entourage serve`, as somebody would run it, for tests that need a real server."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from itertools import cycle
from pathlib import Path

LOADED = multiprocessing.get_context("forkserver")
LOADED.set_forkserver_preload(["tests.loaded"])
PATIENCE = 60  # seconds; a slow machine is no fault of a server
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


_process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_numbers = list(range(10_000 + _process % 8, 32_000, 8))  # below those that clients are given
random.SystemRandom().shuffle(_numbers)  # as tests of another checkout look for some, too
_ports = cycle(_numbers)


def free_port() -> int:
    """A port of this machine that nobody listens on, and that nobody is given meanwhile: neither a
    client of anything by the system, nor another process of the tests.
    """
    for port in _ports:
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
    raise AssertionError("there are ports without end")


class Server:
    """`entourage serve`, as somebody would run it."""

    def __init__(self, database_url: str, data: Path) -> None:
        self.port = free_port()
        data.mkdir(exist_ok=True)
        self.log = data.parent / "server.log"  # for whoever looks into a failure
        self.prefix: list[str] = []  # a command that runs the server
        self.base = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "ENTOURAGE_DATA_DIR": str(data),
            "ENTOURAGE_DATABASE_URL": database_url,
            "ENTOURAGE_SECRET_KEY": "s" * 40,
            "ENTOURAGE_LISTEN": f"127.0.0.1:{self.port}",
            "ENTOURAGE_BASE_URL": self.base,
        }

    def start(self) -> None:
        command = [Path(sys.executable).parent / "entourage", "serve"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, *command],
                env=self.environment,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        self.wait_until_up()

    def wait_until_up(self) -> None:
        for _ in range(1800):  # three minutes, on a machine that has much else to do
            with suppress(OSError):
                if self.get("/healthz")[0] == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("the server did not start")

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with closing(connection):  # also where a server that is still starting doesn't answer
            connection.request("GET", path, headers={"User-Agent": AGENT})
            answer = connection.getresponse()
            answer.read()
        return answer.status, answer.headers.get("Location", "")

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


class LoadedServer(Server):
    """`entourage serve` and `entourage worker`, begun by a process that has loaded their modules
    and compiled their templates.

    That takes longer than all else at the start, and tests start hundreds.
    """

    def start(self) -> None:
        environment = self.environment | {"ENTOURAGE_BACKGROUND": "separate"}
        self.processes = [
            LOADED.Process(target=_command, args=(name, environment, self.log))
            for name in ("serve", "worker")
        ]
        for process in self.processes:
            process.start()
        self.wait_until_up()

    def kill(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.join()


def _command(name: str, environment: dict[str, str], log: Path) -> None:
    """Be `entourage name`, in a session of its own."""
    from careers.main import entourage

    multiprocessing.set_start_method("fork", force=True)  # as it is in a process begun by a shell
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, Path(os.devnull)), (2, log)):
        with path.open("ab") as file:
            os.dup2(file.fileno(), number)
    entourage([name])

"""Work beside the requests: huey wakes it, the database holds it.

It is done by `entourage worker`, a process of its own, so that it takes no time from requests. The
web server keeps one running unless told not to; a lock on a file makes sure that only one process
of a machine does the work.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import structlog
from flask import Flask
from huey import RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from careers.base import clock, mail, outbox, tombstones
from careers.base.company import the_company
from careers.base.config import Settings
from careers.base.database import Database
from careers.base.signin.sessions import forget_ended
from careers.demo.outside import fetch_for
from careers.hiring import retention
from careers.hiring.pipeline.outside import forget_events
from careers.home.past_draws import forget as forget_draws
from careers.home.seeing import forget as forget_openings
from careers.jobs.alerts.sending import queue_alerts
from careers.jobs.running import queue_due
from experts.questions import forget_questions
from experts.verifying import queue_due_checks
from feeds import picturing
from feeds.polling import Poller
from referrals.bonuses.settling import remind_of_due, settle_due
from referrals.card_store import sweep as forget_cards
from referrals.doubts.checking import queue_nightly
from referrals.ingesting import ingest
from referrals.jobs_seen import forget_visitors as forget_readers
from referrals.news.weekly import queue_weeks
from referrals.telling_apart import forget_visitors
from referrals.views import forget_views

log = structlog.get_logger(__name__)
INGEST_EVERY = LOOK_EVERY = 1.0  # seconds
POLL_EVERY = 30.0
PICTURE_EVERY = 5.0


class _Consumer(Consumer):  # type: ignore[misc]
    """A consumer that leaves the server's signals alone, and says when it has started."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.started = threading.Event()

    def start(self) -> None:
        super().start()
        self.started.set()

    def _set_signal_handlers(self) -> None:
        pass


class Background:
    """The queue of one application, and the thread that stores clicks."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.settings: Settings = app.extensions["settings"]
        self.database: Database = app.extensions["database"]
        self.huey = (
            RedisHuey(f"entourage-{self.settings.site}", url=self.settings.redis_url)
            if self.settings.redis_url
            else SqliteHuey("entourage", filename=str(self.settings.folder() / "queue.db"))
        )
        self._stop = threading.Event()
        self._keeps_erased = False  # whether a backup that was put back has been looked for
        self._consumer: _Consumer | None = None
        self._readers: list[threading.Thread] = []  # of feeds, and of their pictures
        self._lock: Any = None
        self.do_outbox = self.huey.task()(self._named("do_outbox", self._do_outbox))
        every_minute = crontab(minute="*")
        self.huey.periodic_task(every_minute)(self._named("sweep", self.sweep))
        nightly = crontab(minute="40", hour="2")  # UTC: the day before has all of its clicks
        self.huey.periodic_task(nightly)(self._named("nightly", self.nightly))

    def start(self) -> bool:
        """Start in threads of this process; False when another process of this machine does it."""
        self._lock = (self.settings.folder() / "background.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            self._lock = None
            return False
        self.app.extensions["fetch"] = fetch_for(self.is_demo())
        outbox.work_waits.connect(self.wake)
        self._consumer = _Consumer(self.huey, workers=2, initial_delay=0.05, max_delay=1.0)
        threading.Thread(target=self._consumer.run, name="huey", daemon=True).start()
        threading.Thread(target=self._ingest_for_ever, name="ingest", daemon=True).start()
        for act in (self._poll_for_ever, self._picture_for_ever):
            self._readers.append(threading.Thread(target=act, name=act.__name__, daemon=True))
            self._readers[-1].start()
        threading.Thread(target=self._look_for_ever, name="look", daemon=True).start()
        return True

    def wait(self) -> None:
        """Keep this thread until `stop`."""
        self._stop.wait()

    def stop(self) -> None:
        """Let go of everything; what is undone stays in the database."""
        self._stop.set()
        outbox.work_waits.disconnect(self.wake)
        if self._consumer is not None and self._consumer.started.wait(10):
            self._consumer.stop(graceful=True)
        for reader in self._readers:
            reader.join(10)  # what takes longer is read again: its lease ends
        if self._lock is not None:
            self._lock.close()

    def wake(self, _sender: object) -> None:
        """Ask for the outbox to be done soon; losing this costs a second, never the work."""
        try:
            self.do_outbox()
        except Exception:
            log.exception("the queue could not be reached")

    def _do_outbox(self) -> None:
        with self.app.app_context():
            outbox.do_due_work(self.database, self.settings)

    def sweep(self) -> None:
        """Do what is due, whether or not anything woke us."""
        with self.app.app_context():
            self._keep_erased()
            outbox.do_due_work(self.database, self.settings)
            with self.database.writing() as db:
                queue_due(db)
                queue_due_checks(db)
                db.commit()
            with self.database.writing() as db:
                outbox.forget_done(db)
                forget_ended(db)
                forget_cards(db, self.settings.folder("cards"))
                forget_visitors(db)
                forget_readers(db)
                forget_views(db)
                forget_questions(db)
                forget_openings(db)
                forget_draws(db)
                db.commit()
            retention.run(self.database, self.settings)
            with self.database.writing() as db:
                settle_due(db)
                remind_of_due(db)
                db.commit()
            with self.database.writing() as db:
                queue_weeks(db, self.settings)
                db.commit()
            with self.database.writing() as db:
                queue_alerts(db, self.settings)
                db.commit()
        self.app.extensions["following"].visitors.destroy_old(clock.now())
        self.database.forget_deleted()

    def _keep_erased(self) -> None:
        """Erase again, once after starting, what a backup brought back, and have fetched again what
        it lacks: who puts one back starts the site anew."""
        if self._keeps_erased:
            return
        try:
            if again := tombstones.erase_again(self.database, self.settings):
                log.warning("a backup brought back what had been erased", erased_again=again)
            picturing.fetch_lost_again(self.database, self.settings)
            self._keeps_erased = True
        except OSError:
            log.exception("what had been erased could not be looked for")

    def nightly(self) -> None:
        """Have the clicks of links looked over, and forget old messages and mails."""
        with self.app.app_context(), self.database.writing() as db:
            queue_nightly(db)
            forget_events(db)
            mail.forget_sent(db)
            db.commit()

    def is_demo(self) -> bool:
        """Whether this is the demo company, whose outside world is made of files."""
        with self.database.reading() as db:
            return the_company(db).is_demo

    def _ingest_for_ever(self) -> None:
        folder = self.settings.folder("journal")
        while not self._stop.wait(INGEST_EVERY):
            try:
                ingest(self.database, folder)
            except Exception:  # the journals keep what could not be stored; the next turn has it
                log.exception("clicks could not be stored")

    def _look_for_ever(self) -> None:
        """Wake for work whose time has come, unless the queue has something to do anyway."""
        while not self._stop.wait(LOOK_EVERY):
            try:
                with self.database.reading() as db:
                    is_due = outbox.is_due(db)
                if is_due and not self.huey.pending_count():
                    self.wake(self)
            except Exception:  # such as a database that is away; it is looked for again
                log.exception("the outbox could not be looked at")

    def _poll_for_ever(self) -> None:
        """Read feeds beside everything else: a site that answers slowly holds up nothing here."""
        pause = INGEST_EVERY
        with Poller(self.database, contact=self.settings.base_url) as poller:
            while not self._stop.wait(pause):
                began = time.monotonic()
                try:
                    poller.fetch = fetch_for(self.is_demo())
                    with self.app.app_context():
                        poller.read_due(POLL_EVERY, self._stop)
                except Exception:  # the database, for instance; feeds that are due stay due
                    log.exception("feeds could not be read")
                pause = max(0.0, began + POLL_EVERY - time.monotonic())

    def _picture_for_ever(self) -> None:
        """Fetch the pictures of what feeds brought, beside everything else."""
        while not self._stop.wait(PICTURE_EVERY):
            try:
                fetch = cast(picturing.Fetch, fetch_for(self.is_demo()))
                picturing.fetch_due(self.database, self.settings, fetch, self._stop)
            except Exception:  # the database, for instance; what is due stays due
                log.exception("pictures could not be fetched")

    @staticmethod
    def _named(name: str, act: Callable[[], None]) -> Callable[[], None]:
        def task() -> None:
            act()

        task.__name__ = task.__qualname__ = name
        return task


KEPT = "--kept"  # tells a worker that it ends when its input does


def start_beside(app: Flask) -> Background:
    """Connect `app` to the queue, and keep a worker running unless the settings say otherwise."""
    background = Background(app)
    app.extensions["fetch"] = fetch_for(background.is_demo())
    app.extensions["background"] = background
    outbox.work_waits.connect(background.wake)
    if background.settings.background == "inside":
        folder = background.settings.folder()
        threading.Thread(target=_keep_worker, args=(folder,), name="keeper", daemon=True).start()
    return background


def _keep_worker(folder: Path) -> None:
    """Keep one worker running as long as this process lives.

    Of all processes that serve, one has the lock and does this; when it ends the next one does. The
    worker notices by the end of its input, however the keeper ended.
    """
    with (folder / "keeper.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        while True:
            command = [sys.executable, "-m", "careers.main", "worker", KEPT]
            with subprocess.Popen(command, stdin=subprocess.PIPE) as worker:  # noqa: S603
                worker.wait()
            log.error("the worker ended and is started again", status=worker.returncode)
            time.sleep(1)


def stop_with_input(background: Background) -> None:
    """Have `background` stop when whoever keeps this process is gone."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        background.stop()

    threading.Thread(target=watch, name="input", daemon=True).start()

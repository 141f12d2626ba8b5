"""Pictures of every page, phone and desktop, French and English, of the demo company.

Usage: shots.py [FOLDER] [--only=TEXT]; without arguments into build/shots. The two pictures of the
README are taken anew when all pages are.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

BIN = Path(sys.executable).parent
SIZES = {"phone": (390, 844), "desktop": (1440, 900)}
LANGUAGES = {"en": "", "fr": "/fr"}
PUBLIC = [
    "/", "/experts", "EXPERT", "/blog", "ARTICLE", "/jobs", "/jobs?q=data", "/jobs?q=zzzz",
    "/jobs?q=enginer", "/jobs?q=data&team=Platform&salary=known", "JOB",
    "APPLY", "/search?q=data", "/privacy", "/sign-in", "/sign-in/forgot", "/nothing-here",
    "/r/nothing9", "/code",
]  # fmt: skip
SIGNED_IN = {
    "mina.okafor": ["/me/links", "MY_LINK", "MY_RECEIPT", "SHARE", "/jobs/share",
                    "/me/campaigns", "CAMPAIGN", "/me/campaigns/new", "/me/profile", "/me/articles",
                    "MY_ARTICLE", "FIGURES",
                    "/me/feeds", "/me/account", "/me/mail", "/me/bonuses"],
    "megan.price": ["/me/bonuses"],
    "lucie.moreau": ["/editing", "REVIEW", "/me/links"],
    "grace.whitfield": ["/recruiting/board", "/recruiting/applications", "APPLICATION", "DECLINED",
                        "TWICE", "HIRING", "/recruiting/letters", "TEMPLATE",
                        "/recruiting/criteria", "/recruiting/outside", "/recruiting/referrals",
                        "/recruiting/referrals?by=job", "/recruiting/funnel", "ROW", "LINK_LOG",
                        "/recruiting/jobs", "EDIT_JOB", "/recruiting/jobs/new", "RECEIPT",
                        "QUESTIONS", "QUESTION",
                        "/recruiting/boards", "BOARD", "/recruiting/boards/new",
                        "/recruiting/boards/file", "/recruiting/rule", "/recruiting/analysis",
                        "/recruiting/bonuses", "BONUS", "PROGRAMME", "/recruiting/payroll", "BATCH",
                         "/recruiting/appeals", "CORRECTION", "/recruiting/doubts", "DOUBT",
                         "/recruiting/doubts?kind=late_link", "/recruiting/views"],
    "samir.haddad": ["APPEAL", "/admin/people", "/admin/company", "/admin/mail", "/admin/audit"],
}  # fmt: skip
README = {"/": "home", "/recruiting/referrals": "referrals"}
PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
# Where a page without a fixed address is found: (page that links to it, what the link looks like).
FOUND = {
    "EXPERT": ("/experts", r'href="((?:/fr)?/experts/[a-z0-9-]+)"'),
    "ARTICLE": ("/blog", r'href="((?:/fr)?/blog/[a-z0-9-]+)"'),
    "JOB": ("/jobs", r'href="((?:/fr)?/jobs/(?!share\b|pass-on\b)[A-Za-z0-9-]+)"'),
    "APPLY": ("JOB", r'href="((?:/fr)?/jobs/[A-Za-z0-9-]+/apply)"'),
    "QUESTIONS": ("/recruiting/jobs", r'href="((?:/fr)?/recruiting/jobs/\w+/questions)"'),
    "QUESTION": ("QUESTIONS", r'href="((?:/fr)?/recruiting/jobs/\w+/questions/\w+)"'),
    "SHARE": ("JOB", r'href="((?:/fr)?/jobs/[A-Za-z0-9-]+/share)["?]'),
    "MY_LINK": ("/me/links", r'href="((?:/fr)?/me/links/[A-Za-z0-9]+)"'),
    "CAMPAIGN": ("/me/campaigns", r'href="((?:/fr)?/me/campaigns/[A-Za-z0-9]{12})"'),
    "ROW": ("/recruiting/referrals", r'href="((?:/fr)?/recruiting/referrals/employee/\w+)[?"]'),
    "LINK_LOG": ("ROW", r'href="((?:/fr)?/recruiting/referrals/link/\w+)[?"]'),
    "MY_RECEIPT": ("/me/links", r'href="((?:/fr)?/me/receipts/[A-Za-z0-9]+)"'),
    "MY_ARTICLE": ("/me/articles", r'href="((?:/fr)?/me/articles/[A-Za-z0-9]{12})"'),
    "FIGURES": ("/me/articles", r'href="((?:/fr)?/me/articles/\w+/figures)"'),
    "REVIEW": ("/editing", r'href="((?:/fr)?/editing/articles/\w+)"'),
    "APPLICATION": ("/recruiting/applications", r'href="((?:/fr)?/recruiting/applications/\w+)"'),
    "EDIT_JOB": (
        "/recruiting/jobs?state=set_here",
        r'href="((?:/fr)?/recruiting/jobs/[A-Za-z0-9]{12})"',
    ),
    "BOARD": ("/recruiting/boards", r'href="((?:/fr)?/recruiting/boards/[A-Za-z0-9]{12})"'),
    "DECLINED": (
        "/recruiting/applications?stage=rejected",
        r'href="((?:/fr)?/recruiting/applications/\w+)"',
    ),
    "TWICE": (
        "/recruiting/applications?q=belkacem",
        r'href="((?:/fr)?/recruiting/applications/\w+)"',
    ),
    "HIRING": ("APPLICATION", r'href="((?:/fr)?/recruiting/jobs/\w+/hiring)"'),
    "TEMPLATE": ("/recruiting/letters", r'href="((?:/fr)?/recruiting/letters/[A-Za-z0-9]{12})"'),
    "BONUS": ("/recruiting/bonuses", r'href="((?:/fr)?/recruiting/bonuses/[A-Za-z0-9]{12})"'),
    "PROGRAMME": (
        "/recruiting/bonuses",
        r'href="((?:/fr)?/recruiting/bonuses/programmes/[A-Za-z0-9]{12})"',
    ),
    "BATCH": ("/recruiting/payroll", r'href="((?:/fr)?/recruiting/payroll/[A-Za-z0-9]{12})"'),
    "APPEAL": ("/recruiting/appeals", r'href="((?:/fr)?/recruiting/appeals/[A-Za-z0-9]{12})"'),
    "DOUBT": ("/recruiting/doubts", r'href="((?:/fr)?/recruiting/doubts/[A-Za-z0-9]{12})"'),
    "CORRECTION": ("RECEIPT", r'href="((?:/fr)?/recruiting/receipts/\w+/correction)"'),
    "RECEIPT": ("APPLICATION", r'href="((?:/fr)?/recruiting/receipts/\w+)"'),
}


def serve(folder: str) -> tuple[subprocess.Popen[bytes], str]:
    """The demo company on a free port; the process and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ, "ENTOURAGE_DATA_DIR": folder, "ENTOURAGE_LISTEN": f"127.0.0.1:{port}",
        "ENTOURAGE_BASE_URL": base,
    }  # fmt: skip
    subprocess.run(
        [BIN / "entourage", "demo", "--if-empty"], env=environment, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    process = subprocess.Popen(
        [BIN / "entourage", "serve"], env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(200):
        with suppress(OSError):
            urllib.request.urlopen(f"{base}/healthz", timeout=2).read()
            break
        time.sleep(0.1)
    return process, base


def address(page: Page, base: str, prefix: str, name: str) -> str | None:
    """The full address of `name`; None where the page that links to it has no such link."""
    if name not in FOUND:
        return f"{base}{prefix}{name}"
    where, pattern = FOUND[name]
    start = address(page, base, prefix, where)
    if start is None:
        return None
    page.goto(start)
    found = [link for link in re.findall(pattern, page.content()) if not link.endswith("/new")]
    return f"{base}{found[0]}" if found else None


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    only = next((a.split("=", 1)[1] for a in sys.argv if a.startswith("--only=")), "")
    target = Path(arguments[0] if arguments else "build/shots")
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        process, base = serve(os.environ.get("SHOTS_DATA", temporary))
        try:
            shoot(base, target, only)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)
    return 0


def shoot(base: str, target: Path, only: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for size, (width, height) in SIZES.items():
            for language, prefix in LANGUAGES.items():
                for who, names in {"": PUBLIC, **SIGNED_IN}.items():
                    context = browser.new_context(
                        viewport={"width": width, "height": height},
                        locale=language,
                        reduced_motion="reduce",
                    )
                    page = context.new_page()
                    wrong: list[str] = []
                    page.on(
                        "console",
                        lambda said, w=wrong: (
                            w.append(said.text)
                            if said.type == "error" and "status of 4" not in said.text
                            else None
                        ),
                    )
                    page.on("pageerror", lambda error, w=wrong: w.append(str(error)))
                    if who:
                        page.goto(f"{base}{prefix}/sign-in")
                        page.fill("input[name=email]", f"{who}@lumenne.example")
                        page.fill("input[name=password]", "lumenne demo")
                        page.click("main button[type=submit], main form button")
                    for name in names:
                        if only and only not in f"{who}{name}":
                            continue
                        where = address(page, base, prefix, name)
                        if where is None:
                            print(f"not found: {name} {language}")
                            continue
                        page.goto(where)
                        page.evaluate("document.fonts.ready")
                        page.evaluate(
                            "document.querySelectorAll('img').forEach(i => i.loading = 'eager')"
                        )
                        page.wait_for_timeout(150)
                        wide = page.evaluate("document.documentElement.scrollWidth")
                        if wide > width:
                            print(f"scrolls sideways: {name} {language} {size}: {wide} px")
                        for line in wrong:
                            print(f"console: {name} {language} {size}: {line}")
                        wrong.clear()
                        plain = re.sub(r"\W+", "-", f"{who} {name}").strip("-").lower() or "home"
                        page.screenshot(
                            path=target / f"{plain}-{language}-{size}.png", full_page=True
                        )
                        if not only and (size, language) == ("desktop", "en") and name in README:
                            page.screenshot(path=PICTURES / f"{README[name]}.png")
                    context.close()
        browser.close()


if __name__ == "__main__":
    sys.exit(main())

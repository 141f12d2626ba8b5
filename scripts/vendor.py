"""Bring the front end's third-party files into site/static, at exact versions.

Run by hand when a version changes; the files it writes are committed, and they alone are used
at run time. Packages come through `npm pack`, so whatever registry npm is configured with serves
them, and nothing of theirs is ever executed.

    python scripts/vendor.py
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "site" / "static"
VENDOR = STATIC / "vendor"
FONTS = STATIC / "fonts"
FONTS_CSS = STATIC / "css" / "fonts.css"
ICON_SPRITE = VENDOR / "icons.svg"


@dataclass(frozen=True)
class Face:
    """One file of a variable font, and the axes a stylesheet may ask of it."""

    family: str
    stem: str  # `<stem>-<axes>-<style>` in the package's files/
    axes: str
    style: str
    weights: str
    stretch: str | None = None


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    licence: str
    copies: dict[str, Path] = field(default_factory=dict)
    faces: tuple[Face, ...] = ()
    icons: tuple[str, ...] = ()

    @property
    def short_name(self) -> str:
        return self.name.removeprefix("@").replace("/", "-").replace(".", "-")


PACKAGES = (
    Package("htmx.org", "2.0.11", "0BSD", copies={"dist/htmx.min.js": VENDOR / "htmx.min.js"}),
    Package(
        "@tabler/icons",
        "3.51.0",
        "MIT",
        icons=(
            # where people are, and where a link is shared
            "brand-bluesky", "brand-dribbble", "brand-facebook", "brand-github", "brand-gitlab",
            "brand-instagram", "brand-linkedin", "brand-mastodon", "brand-medium", "brand-slack",
            "brand-stackoverflow", "brand-teams", "brand-whatsapp", "brand-x", "brand-youtube",
            "link", "mail", "message", "qrcode", "rss", "world",
            # beside words, never instead of them
            "alert-triangle", "arrow-right", "check", "chevron-down", "clock", "copy", "download",
            "external-link", "file-text", "info-circle", "search", "upload",
        ),
    ),
    Package(
        "@fontsource-variable/bricolage-grotesque",
        "5.3.0",
        "OFL-1.1",
        faces=(
            Face("Bricolage Grotesque", "bricolage-grotesque", "standard", "normal", "200 800",
                 "75% 100%"),
        ),
    ),
    Package(
        "@fontsource-variable/source-serif-4",
        "5.3.1",
        "OFL-1.1",
        faces=(
            # optical sizes for the roman, which is also set large; the italic is only set small
            Face("Source Serif 4", "source-serif-4", "opsz", "normal", "200 900"),
            Face("Source Serif 4", "source-serif-4", "wght", "italic", "200 900"),
        ),
    ),
    Package(
        "@fontsource-variable/instrument-sans",
        "5.3.0",
        "OFL-1.1",
        faces=(Face("Instrument Sans", "instrument-sans", "wght", "normal", "400 700"),),
    ),
)  # fmt: skip

SUBSETS = ("latin-ext", "latin")


def unpack(package: Package, folder: Path) -> Path:
    """Fetch one package at its exact version; the folder its files lie in."""
    subprocess.run(
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    return folder / "package"


def copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())
    return target


def sprite(source: Path, icons: tuple[str, ...]) -> str:
    """The named icons as one SVG file, to be used as `icons.svg#name`."""
    symbols = []
    for icon in sorted(icons):
        drawing = (source / "icons" / "outline" / f"{icon}.svg").read_text()
        inside = re.search(r"<svg[^>]*>(.*)</svg>", drawing, re.DOTALL)
        if inside is None:
            raise ValueError(f"{icon}.svg is not the SVG file we expect")
        shapes = re.sub(r"\s*\n\s*", "", inside[1]).replace(" />", "/>")
        symbols.append(f'<symbol id="{icon}" viewBox="0 0 24 24">{shapes}</symbol>')
    lines = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{lines}\n</svg>\n'


def font_face(face: Face, subset: str, file_name: str, unicode_range: str) -> str:
    stretch = f"  font-stretch: {face.stretch};\n" if face.stretch else ""
    return (
        "@font-face {\n"
        f'  font-family: "{face.family}";\n'
        f"  font-style: {face.style};\n"
        f"  font-weight: {face.weights};\n"
        f"{stretch}"
        "  font-display: swap;\n"
        f'  src: url("../fonts/{file_name}") format("woff2");\n'
        f"  unicode-range: {unicode_range};\n"
        "}\n"
    )


def described(path: Path) -> dict[str, str]:
    return {
        "file": path.relative_to(STATIC).as_posix(),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def vendor_package(package: Package, source: Path, font_faces: list[str]) -> dict[str, object]:
    """Copy what we use of one package; its entry in VENDOR.json."""
    written = [copy(source / name, target) for name, target in package.copies.items()]

    if package.icons:
        ICON_SPRITE.write_text(sprite(source, package.icons))
        written.append(ICON_SPRITE)

    if package.faces:
        ranges = json.loads((source / "unicode.json").read_text())
        for face in package.faces:
            for subset in SUBSETS:
                name = f"{face.stem}-{subset}-{face.axes}-{face.style}.woff2"
                written.append(copy(source / "files" / name, FONTS / name))
                font_faces.append(font_face(face, subset, name, ranges[subset]))

    licence_file = copy(source / "LICENSE", VENDOR / "licences" / f"{package.short_name}.txt")
    return {
        "package": package.name,
        "version": package.version,
        "licence": package.licence,
        "licence_file": licence_file.relative_to(STATIC).as_posix(),
        "files": [described(path) for path in written],
    }


def main() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    entries = []
    font_faces: list[str] = []
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            source = unpack(package, Path(folder))
            entries.append(vendor_package(package, source, font_faces))
        print(f"{package.name} {package.version}")

    FONTS_CSS.parent.mkdir(parents=True, exist_ok=True)
    FONTS_CSS.write_text("/* Written by scripts/vendor.py. */\n" + "".join(font_faces))
    (VENDOR / "VENDOR.json").write_text(json.dumps(entries, indent=2) + "\n")


if __name__ == "__main__":
    main()

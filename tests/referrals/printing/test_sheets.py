"""The sheets that are printed, read as a phone reads them."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PIL import Image
from pypdf import PdfReader

from referrals.sheets import FORMATS, Format, House, Sheet, write_sheets
from tests.conftest import lacking

PAGES = {"a3": 12, "a6": 12, "a6-4": 3, "badge-10": 2}  # for twelve links
PAPER = {"a3": (297, 420), "a6": (105, 148), "a6-4": (210, 297), "badge-10": (210, 297)}


def decoded(pdf: bytes, form: str, folder, dots: int) -> list[list[str]]:
    """What zbar reads on each card of each page of `pdf`, at so many dots an inch."""
    for tool in ("pdftoppm", "zbarimg"):
        if shutil.which(tool) is None:
            lacking(tool)
    (folder / "sheet.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-gray", "-r", str(dots), "-png", folder / "sheet.pdf", folder / "page"]
    subprocess.run(command, check=True, capture_output=True)
    found = []
    for page in sorted(folder.glob("page*.png")):
        found.append([])
        for card in cards(Image.open(page), FORMATS[form]):
            card.save(folder / "card.png")
            read = subprocess.run(
                ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", folder / "card.png"],
                capture_output=True, text=True,
            )  # fmt: skip
            found[-1] += read.stdout.split()
    return found


def cards(page: Image.Image, form: Format) -> Iterator[Image.Image]:
    """The cards of a page one by one, as they are once cut."""
    dot = page.width / form.width
    wide, high = form.design.width * dot, form.design.height * dot
    left, top = (page.width - form.across * wide) / 2, (page.height - form.down * high) / 2
    for row in range(form.down):
        for column in range(form.across):
            x, y = left + column * wide, top + row * high
            yield page.crop((round(x), round(y), round(x + wide), round(y + high)))


@pytest.mark.parametrize(
    ("form", "dots"), [("a3", 60), ("a6", 200), ("a6-4", 200), ("badge-10", 300)]
)
def test_every_sheet_leads_to_its_links(app, ada, db, campaign, links, form, dots, tmp_path):
    answer = ada.get(f"/me/campaigns/{campaign.code}/sheets.pdf?format={form}")
    assert answer.mimetype == "application/pdf"
    assert f"job-fair-lyon-{form}.pdf" in answer.headers["Content-Disposition"]
    read = PdfReader(io.BytesIO(answer.data), strict=True)
    assert len(read.pages) == PAGES[form]
    assert read.metadata.title == "Job fair Lyon"
    wide, high = (float(side) / 72 * 25.4 for side in read.pages[0].mediabox[2:])
    assert (round(wide), round(high)) == PAPER[form]
    base = app.extensions["settings"].base_url
    found = decoded(answer.data, form, tmp_path, dots)
    assert [len(page) for page in found][:-1] == [FORMATS[form].on_a_page] * (PAGES[form] - 1)
    assert sorted(address for page in found for address in page) == sorted(
        f"{base}/r/{link.code}" for link in links
    )


def test_a_sheet_can_be_of_some_links_and_speak_for_the_company(
    app, ada, campaign, links, tmp_path
):
    chosen = "&".join(f"link={link.code}" for link in links[3:5])
    address = f"/me/campaigns/{campaign.code}/sheets.pdf?format=a6&{chosen}"
    mine, companys = ada.get(address), ada.get(f"{address}&by=company")
    base = app.extensions["settings"].base_url
    expected = [[f"{base}/r/{link.code}"] for link in links[3:5]]
    assert decoded(mine.data, "a6", tmp_path, 150) == expected
    assert decoded(companys.data, "a6", tmp_path, 150) == expected
    assert mine.data != companys.data


@pytest.mark.parametrize("form", ["", "a4", "A6"])
def test_there_is_no_other_format(ada, campaign, form):
    assert ada.get(f"/me/campaigns/{campaign.code}/sheets.pdf?format={form}").status_code == 404


@pytest.mark.parametrize(
    "title",
    [
        "Łódź: Šárka Ångström’s “naïve” œuvre – ½",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "Engineer " * 20,
        "数据工程师",
        "A",
        "",
    ],
    ids=range(6),
)
@pytest.mark.parametrize("form", FORMATS)
def test_whatever_is_written_leaves_the_code_readable(title, form, tmp_path):
    address = "https://careers.example.com/r/k7PqXw3mRt9a"
    sheet = Sheet(
        address, "K7F2QM", "A fair with a very long name indeed · " + "Table " * 10, title,
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch · Paris",
        "I am Karl-Theodor Maria Nikolaus Johann Jacob Philipp, and I work here. Ask me. " * 3,
        "KP", "Scannez-le, ou bien tapez", "sur " + "careers." * 6 + "example.com/fr/code",
    )  # fmt: skip
    wide = Image.new("RGB", (400, 60), "#224488")
    house = House("Acme and the very long name of its holding", "#ffe600", wide, True)
    out = io.BytesIO()
    write_sheets(out, FORMATS[form], house, [sheet], title, "fr")
    assert decoded(out.getvalue(), form, tmp_path, 60 if form == "a3" else 300) == [[address]]


MEASURE = """
import io, resource, sys
from referrals.qr import logo_picture
from referrals.sheets import FORMATS, Format, House, Sheet, write_sheets

class Nowhere(io.RawIOBase):
    size = 0
    def write(self, content):
        self.size += len(content)
        return len(content)

house = House("Acme", "#d2371f", logo_picture(None, "#d2371f"), False)
sheets = [
    Sheet(f"https://acme.example/r/k7PqXw3mRt{n:03}", "K7F2QM", f"Table {n}", f"Engineer {n}",
          "Lyon", "I am Ada Engel, and I work here. Ask me anything.", "AE", "Scan it, or type",
          "at acme.example/code")
    for n in range(int(sys.argv[1]))
]
out = Nowhere()
write_sheets(out, FORMATS["a3"], house, sheets, "Fair", "en")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_two_hundred_posters_need_little_more_memory_than_ten():
    def kilobytes(count: int) -> int:
        command = [sys.executable, "-c", MEASURE, str(count)]
        path = {**os.environ, "PYTHONPATH": ":".join(sys.path)}
        done = subprocess.run(command, env=path, capture_output=True, text=True, check=True)
        return int(done.stdout)

    assert kilobytes(200) - kilobytes(10) < 20_000

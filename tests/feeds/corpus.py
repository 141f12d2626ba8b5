"""Feeds as strangers send them: broken, odd and hostile. Each says what must become of it.

`titles` are those of the entries that are kept, in order; `reason` is what its owner is told. Where
neither is given, anything may come of it but a failure of ours: then what is kept is looked at only
for what must never be in it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass, field

from careers.base import fetching
from feeds import parsing, polling

TOO_MUCH, NOT_A_FEED = parsing.TOO_MUCH, parsing.NOT_A_FEED
DOCTYPE = parsing.REASONS["doctype"]
LINK = "https://ada.example/1"


@dataclass(frozen=True)
class Case:
    name: str
    body: bytes = b""
    titles: tuple[str, ...] | None = None
    reason: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    raw: bool = False
    endless: bytes = b""  # sent again and again after the body, until nobody listens
    url: str = ""  # instead of an address of the local server


def item(title: str = "T", link: str = LINK, **parts: str) -> str:
    given = {"title": title, "link": link} | parts
    return "<item>" + "".join(f"<{n}>{t}</{n}>" for n, t in given.items()) + "</item>"


def rss(*items: str, head: str = "<title>Blog</title>", start: str = "") -> str:
    return f'{start}<rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'


def atom(*entries: str, attributes: str = "") -> str:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"{attributes}><title>Blog</title>'
        + "".join(f"<entry>{one}</entry>" for one in entries)
        + "</feed>"
    )


def json_feed(*items, **parts) -> bytes:
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps({"version": version, "title": "Blog", "items": list(items)} | parts).encode()


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


ENTITIES = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
BILLION = f'<!DOCTYPE rss [<!ENTITY a "ha">{ENTITIES}]>'
QUADRATIC = f'<!DOCTYPE rss [<!ENTITY a "{"a" * 50_000}">]>'

ENCODINGS = [
    ("utf-8", "utf-8"), ("utf-8 with a mark", "utf-8-sig"), ("utf-16", "utf-16"),
    ("latin-1", "iso-8859-1"), ("windows", "cp1252"), ("latin-9", "iso-8859-15"),
]  # fmt: skip


def _encodings() -> list[Case]:
    found = []
    for name, code in ENCODINGS:
        declared = {"utf-8-sig": "utf-8"}.get(code, code)
        text = rss(item("Été à Liège"), start=f'<?xml version="1.0" encoding="{declared}"?>')
        found.append(Case(f"in {name}", text.encode(code), ("Été à Liège",)))
    text = rss(item("Été"), start='<?xml version="1.0"?>')
    more = [
        Case("latin-1 said by the header alone", text.encode("latin-1"), ("Été",),
             headers={"Content-Type": "application/rss+xml; charset=iso-8859-1"}),
        Case("an encoding that does not exist", text.replace('"1.0"', '"1.0" encoding="klingon"').encode(), ("Été",)),
        Case("latin-1 that says it is utf-8", text.encode("latin-1")),
        Case("half of a character", text.encode()[:-60] + b"\xc3"),
        Case("NULs between", text.replace("Blog", "Bl\x00og").encode()),
        Case("utf-16 without a mark", text.encode("utf-16-le")),
        Case("utf-32", text.encode("utf-32")),
        Case("utf-7 with a script", b'<?xml version="1.0" encoding="utf-7"?>' + rss(item("+ADw-script+AD4-1")).encode()),
        Case("japanese", rss(item("日本語の題名"), start='<?xml version="1.0" encoding="shift_jis"?>').encode("shift_jis"), ("日本語の題名",)),
        Case("cyrillic", rss(item("Привет"), start='<?xml version="1.0" encoding="koi8-r"?>').encode("koi8-r"), ("Привет",)),
        Case("emoji", rss(item("⚡️👩🏽‍💻")).encode(), ("⚡️👩🏽‍💻",)),
        Case("right to left", rss(item("مرحبا")).encode(), ("مرحبا",)),
        Case("turned round", rss(item("a\u202eb\u2066c")).encode(), ("abc",)),
        Case("entities of HTML", rss(item("caf&eacute; &amp;amp; th&amp;eacute;")).encode()),
        Case("twice escaped", rss(item("Tom &amp;amp; Jo")).encode(), ("Tom & Jo",)),
        Case("numbers for characters", rss(item("&#233;t&#xe9;")).encode(), ("été",)),
        Case("a number for no character", rss(item("a&#0;b&#xFFFF;c&#xD800;")).encode()),
    ]  # fmt: skip
    return found + more


SCRIPTS = [
    "<script>window.__ran=1</script>", "<img src=x onerror='window.__ran=1'>",
    "<svg onload='window.__ran=1'></svg>", "<svg><script>window.__ran=1</script></svg>",
    "<iframe src='javascript:window.__ran=1'></iframe>", "<a href='javascript:window.__ran=1'>go</a>",
    "<body onload='window.__ran=1'>", "<input autofocus onfocus='window.__ran=1'>",
    "<details open ontoggle='window.__ran=1'>x</details>", "<style>@import 'http://evil.example'</style>",
    "<math><mtext><img src=x onerror='window.__ran=1'></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=window.__ran=1>'></noscript>",
    "<template><script>window.__ran=1</script></template>", "<object data='javascript:window.__ran=1'></object>",
    "<meta http-equiv=refresh content='0;url=javascript:window.__ran=1'>", "<base href='http://evil.example/'>",
    "\"><script>window.__ran=1</script>", "'-window.__ran=1-'", "{{ 7 * 7 }}", "${7*7}", "<%= 7 * 7 %>",
    "<!--><script>window.__ran=1</script>-->", "<![CDATA[<script>window.__ran=1</script>]]>",
    "<form action='//evil.example'><button>x</button></form>", "<b id='main' name='db'>x</b>",
    "<scr<script>ipt>window.__ran=1</scr</script>ipt>", "<a href='data:text/html,<script>1</script>'>x</a>",
    "</title><script>window.__ran=1</script>", "</textarea><script>window.__ran=1</script>",
    "<p style='background:url(http://evil.example)'>x</p>",
]  # fmt: skip


def _scripts() -> list[Case]:
    found = []
    for number, payload in enumerate(SCRIPTS):
        said = escaped(payload)
        everywhere = rss(
            item(
                f"A {said}", description=f"B {said}", category=said, author=said, guid=f"a{number}"
            ),
            item("", f"{LINK}/{number}", description=f"C {said}", guid=f"b{number}"),
            head=f"<title>{said} feed</title><generator>{said}</generator><language>{said}</language>",
        )
        found.append(Case(f"script {number} in every field", everywhere.encode()))
    found += [
        Case("script in a JSON feed", json_feed(*(
            {"id": f"{n}", "url": f"{LINK}/{n}", "title": one, "content_html": one, "tags": [one]}
            for n, one in enumerate(SCRIPTS)
        ))),
        Case("script in Atom's XHTML", atom(
            f'<id>1</id><title>T</title><link href="{LINK}"/><content type="xhtml"><div '
            'xmlns="http://www.w3.org/1999/xhtml"><script>window.__ran=1</script>Words</div></content>'
        ).encode(), ("T",)),
        Case("script in Bluesky's answer", json.dumps({"feed": [
            {"post": {"uri": f"at://did:plc:abc/app.bsky.feed.post/{n}",
                      "author": {"did": "did:plc:abc", "handle": "x\"><script>", "displayName": one},
                      "record": {"text": one, "createdAt": "2026-11-01T00:00:00Z"}}}
            for n, one in enumerate(SCRIPTS)]}).encode()),
    ]  # fmt: skip
    return found


LINKS = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java&#10;script:alert(1)",
    "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://a.example/", "about:blank",
    "mailto:a@b.c", "tel:112", "//", "http://", "https://me:secret@a.example/", "http://[::1",
    "https://a.example/&#34;onmouseover=1", "https://a.example/ b", "blob:https://a.example/1",
    "view-source:https://a.example/", "https://a.example/" + "a" * 2001,
]  # fmt: skip


def _links() -> list[Case]:
    return [
        Case(
            f"link {number} that is none",
            rss(item("Bad", link), item("Good", LINK)).encode(),
            ("Good",),
        )
        for number, link in enumerate(LINKS)
    ]


DATES = [
    "", "yesterday", "32 Foo 2026", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 0001 00:00:00 GMT",
    "Fri, 01 Jan 2100 00:00:00 GMT", "2026-11-03", "2026-11-03T10:00:00", "2026-11-03T10:00:00+99:99",
    "Tue, 03 Nov 2026 10:00:00 +0530", "Tue, 03 Nov 26 10:00 EST", "3 novembre 2026", "1793700000",
    "9" * 400, "-1", "2026-13-45T99:99:99Z", "mar., 03 nov. 2026 10:00:00 +0100",
]  # fmt: skip


def _dates() -> list[Case]:
    in_xml = [
        Case(f"date {n} of RSS", rss(item("Dated", pubDate=date)).encode(), ("Dated",))
        for n, date in enumerate(DATES)
    ]
    in_json = [
        Case(
            f"date {n} of JSON",
            json_feed({"id": "1", "url": LINK, "title": "Dated", "date_published": date}),
            ("Dated",),
        )
        for n, date in enumerate([*DATES[:8], None, 12, ["2026"], {"a": 1}])
    ]
    return in_xml + in_json


def _broken_xml() -> list[Case]:
    whole = rss(item("One", f"{LINK}/a"), item("Two", f"{LINK}/b")).encode()
    return [
        Case("nothing at all", b"", reason=parsing.NOTHING),
        Case("only white space", b" \n\t ", reason=parsing.NOTHING),
        Case("a sentence", b"Hello, I am no feed.", reason=NOT_A_FEED),
        Case("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), reason=NOT_A_FEED),
        Case("a PDF", b"%PDF-1.7\n%\xe2\xe3", reason=NOT_A_FEED),
        Case("a ZIP", b"PK\x03\x04" + b"\0" * 200, reason=NOT_A_FEED),
        Case("a page", b"<!doctype html><html><body>Hello", reason=NOT_A_FEED),
        Case("XHTML", b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'></html>", reason=NOT_A_FEED),
        Case("OPML", b"<opml version='2.0'><body/></opml>", reason=NOT_A_FEED),
        Case("an SVG", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", reason=NOT_A_FEED),
        Case("a sitemap", b"<urlset><url><loc>https://a.example</loc></url></urlset>", reason=NOT_A_FEED),
        Case("SOAP", b"<soap:Envelope xmlns:soap='x'><soap:Body/></soap:Envelope>", reason=NOT_A_FEED),
        Case("an address", b"http://127.0.0.1/", reason=NOT_A_FEED),
        Case("a path", b"/etc/passwd", reason=NOT_A_FEED),
        Case("cut in the middle", whole[:-40]),
        Case("cut in a tag", whole[:95]),
        Case("unclosed elements", whole.replace(b"</title>", b"")),
        Case("closed in another order", whole.replace(b"</title><link>", b"<link></title>")),
        Case("an ampersand alone", rss(item("Tom & Jo")).encode(), ("Tom & Jo",)),
        Case("two feeds in one", whole + whole),
        Case("rubbish behind", whole + b"<rubbish", ("One", "Two")),
        Case("white space before", b"\n\n  " + whole, ("One", "Two")),
        Case("a comment before", b"<!-- made by hand -->" + whole, ("One", "Two")),
        Case("a style sheet before", b"<?xml-stylesheet href='http://evil.example/x.xsl'?>" + whole, ("One", "Two")),
        Case("comments nested", rss("<!-- <!-- --> -->", item()).encode()),
        Case("CDATA", rss(item("<![CDATA[One & <b>two</b>]]>")).encode(), ("One & two",)),
        Case("CDATA that never ends", rss("<item><title><![CDATA[T").encode()),
        Case("attributes without quotes", whole.replace(b'"2.0"', b"2.0")),
        Case("the same attribute twice", whole.replace(b"<rss ", b"<rss version='1' ")),
        Case("capitals", whole.replace(b"item>", b"ITEM>").replace(b"title>", b"TITLE>").replace(b"link>", b"LINK>")),
        Case("RSS 0.91", whole.replace(b'"2.0"', b'"0.91"'), ("One", "Two")),
        Case("RSS of a version to come", whole.replace(b'"2.0"', b'"9.7"'), ("One", "Two")),
        Case("RSS 1.0", (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
            f'<channel rdf:about="x"><title>B</title></channel><item rdf:about="{LINK}"><title>R</title>'
            f"<link>{LINK}</link></item></rdf:RDF>"
        ).encode(), ("R",)),
        Case("Atom 0.3", (
            f'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>B</title><entry><title>R</title>'
            f'<link rel="alternate" href="{LINK}"/></entry></feed>'
        ).encode(), ("R",)),
        Case("Atom without ids", atom(f'<title>R</title><link href="{LINK}"/>').encode(), ("R",)),
        Case("Atom with its base elsewhere", atom('<title>R</title><link href="1"/>', attributes=' xml:base="https://b.example/x/"').encode(), ("R",)),
        Case("Atom with a base that is a script", atom('<title>R</title><link href="1"/>', attributes=' xml:base="javascript:alert(1)//"').encode()),
        Case("Atom with a prefix", (
            f'<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>B</a:title><a:entry><a:title>R</a:title>'
            f'<a:link href="{LINK}"/></a:entry></a:feed>'
        ).encode(), ("R",)),
        Case("no entries", rss().encode(), ()),
        Case("an item with nothing in it", rss("<item/>", item("Two")).encode(), ("Two",)),
        Case("only a description", rss(f"<item><description>First words here</description><link>{LINK}</link></item>").encode(), ("First words here",)),
        Case("only an enclosure", rss(f'<item><title>Episode 4</title><enclosure url="{LINK}.mp3" type="audio/mpeg" length="1"/></item>').encode(), ("Episode 4",)),
        Case("the same item twice", rss(item(guid="a"), item(guid="a")).encode(), ("T",)),
        Case("the same link for all", rss(item("A", guid="a"), item("B", guid="b")).encode(), ("A", "B")),
        Case("a guid that is none", rss(item(guid="")).encode(), ("T",)),
        Case("a guid of 100,000 characters", rss(item(guid="g" * 100_000)).encode(), ("T",)),
        Case("a title of 500,000 characters", rss(item("word " * 100_000)).encode()),
        Case("a word of 200,000 characters", rss(item("a" * 200_000)).encode()),
        Case("a description of 3 MB", rss(item(description="word " * 600_000)).encode(), ("T",)),
        Case("40,000 attributes", rss("<item " + " ".join(f"a{n}='1'" for n in range(40_000)) + "/>", item()).encode()),
        Case("40,000 namespaces", rss(item()).replace("<rss ", "<rss " + " ".join(f"xmlns:n{n}='u{n}'" for n in range(40_000)) + " ").encode()),
        Case("10,000 categories", rss(item(), "").replace("</item>", "<category>c</category>" * 10_000 + "</item>").encode(), ("T",)),
        Case("10,000 links of one item", rss(item(), "").replace("</item>", f"<link>{LINK}</link>" * 10_000 + "</item>").encode()),
        Case("100,000 items", rss(*(item(f"{n}", f"{LINK}/{n}") for n in range(40_000))).encode(), tuple(f"{n}" for n in range(100))),
        Case("elements 250,000 deep", b"<rss><channel>" + b"<a>" * 250_000, reason=TOO_MUCH),
        Case("elements 3,000 deep, all closed", f"<rss><channel>{'<a>' * 3000}{'</a>' * 3000}</channel></rss>".encode(), reason=TOO_MUCH),
        Case("HTML 6,000 deep in an item", rss(item("Deep", description="&lt;div&gt;" * 6000)).encode(), ("Deep",)),
        Case("5 MB of opening brackets", b"<rss>" + b"<" * 4_900_000),
        Case("half of a million CDATA that never end", b"<rss><channel>" + b"<![CDATA[" * 500_000),
        Case("a billion laughs", (BILLION + rss(item("&j;"))).encode(), reason=DOCTYPE),
        Case("a billion laughs in UTF-16", (BILLION + rss(item("&j;"))).encode("utf-16"), reason=DOCTYPE),
        Case("quadratic entities", (QUADRATIC + rss(item("&a;" * 50_000))).encode(), reason=DOCTYPE),
        Case("an entity of a file", f'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>{rss(item("&x;"))}'.encode(), reason=DOCTYPE),
        Case("an entity of an address", f'<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1/">]>{rss(item("&x;"))}'.encode(), reason=DOCTYPE),
        Case("a parameter entity", f'<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1/"> %x;]>{rss(item())}'.encode(), reason=DOCTYPE),
        Case("a document type elsewhere", b'<!DOCTYPE rss SYSTEM "http://127.0.0.1/rss.dtd">' + whole, reason=DOCTYPE),
        Case("an XInclude", rss('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>', item()).encode(), ("T",)),
    ]  # fmt: skip


def _json() -> list[Case]:
    one = {"id": "1", "url": LINK, "title": "One"}
    return [
        Case("JSON", json_feed(one), ("One",)),
        Case("JSON with a mark", b"\xef\xbb\xbf" + json_feed(one)),
        Case("other JSON", b'{"version": "2.0"}', reason=NOT_A_FEED),
        Case("empty JSON", b"{}", reason=NOT_A_FEED),
        Case("a JSON list", b"[]", reason=NOT_A_FEED),
        Case("a JSON word", b'"feed"', reason=NOT_A_FEED),
        Case("cut JSON", json_feed(one)[:-5], reason=NOT_A_FEED),
        Case("JSON with a comma too many", json_feed(one)[:-1] + b",}", reason=NOT_A_FEED),
        Case("JSON 1,000,000 deep", b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 1_000_000, reason=TOO_MUCH),
        Case("JSON items that are none", json_feed(None, 1, "x", [], [one], {"url": ["x"]}, one), ("One",)),
        Case("JSON without items", json_feed(items=None), ()),
        Case("JSON items that are an object", json_feed(items={"a": one}), ()),
        Case("JSON with lone halves of characters", json_feed({"id": "\ud800", "url": LINK, "title": "a\udfffb", "tags": ["\ud800"]}), ("ab",)),
        Case("a JSON link with half of a character", json_feed({"id": "1", "url": LINK + "\ud800", "title": "x"}, one), ("One",)),
        Case("JSON with NULs", json_feed({"id": "1", "url": LINK, "title": "a\0b"}), ("ab",)),
        Case("a JSON number of 5,000 digits", b'{"version": "https://jsonfeed.org/version/1", "items": [' + b"9" * 5000 + b"]}"),
        Case("JSON NaN", b'{"version": "https://jsonfeed.org/version/1", "title": NaN, "items": []}', ()),
        Case("100,000 JSON items", json_feed(*({"id": f"{n}", "url": f"{LINK}/{n}", "title": f"{n}"} for n in range(40_000))), tuple(f"{n}" for n in range(100))),
        Case("Bluesky's answer", json.dumps({"feed": [
            {"post": {"uri": "at://did:plc:abc/app.bsky.feed.post/3k", "author": {"did": "did:plc:abc", "handle": "ada.example"},
                      "record": {"text": "Sky words", "createdAt": "2026-11-01T08:00:00.000Z"}}},
            {"post": {"uri": "at://did:plc:eve/app.bsky.feed.post/1", "author": {"did": "did:plc:eve"},
                      "record": {"text": "Not mine"}}, "reason": {"$type": "app.bsky.feed.defs#reasonRepost"}},
        ]}).encode(), ("Sky words",)),
        Case("Bluesky without posts", b'{"feed": []}', ()),
        Case("Bluesky with odd posts", json.dumps({"feed": [None, {"post": 1}, {"post": {"uri": 5}}, {"post": {"uri": "at://x"}}]}).encode(), ()),
        Case("some other feed list", b'{"feed": [1, 2, 3]}', reason=NOT_A_FEED),
    ]  # fmt: skip


MEDIA = ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'


def with_media(*inside: str) -> bytes:
    return rss(*(item("T", f"{LINK}/{n}", description="W").replace("</item>", f"{one}</item>") for n, one in enumerate(inside))).replace('"2.0"', f'"2.0"{MEDIA}').encode()  # fmt: skip


def _attached() -> list[Case]:
    picture = '<media:content url="https://a.example/p.png" type="image/png" medium="image">{}</media:content>'
    sound = '<enclosure url="https://a.example/a.mp3" type="{}" length="{}"/><itunes:duration>{}</itunes:duration>'
    post = {
        "uri": "at://did:plc:abc/app.bsky.feed.post/3k",
        "author": {"did": "did:plc:abc"},
        "record": {"text": "Words"},
    }
    odd = [None, 1, "x", [], {}, [[]], {"images": 5}, {"images": [1, {"alt": {}}, {"fullsize": [], "alt": 7}]},
           {"media": {"media": {"images": [{"fullsize": "javascript:1", "alt": "\ud800\u202e"}]}}}]  # fmt: skip
    return [
        Case("pictures at no address", with_media(*(f'<media:content url="{url}" medium="image"/>' for url in (
            "javascript:alert(1)", "data:image/svg+xml,x", "file:///etc/passwd", "//", "http://[", "https://me:x@a.example/", "https://a.example/" + "a" * 2001, "https://a.example/&quot;onerror=1")), "<media:content medium='image'/>"), ("T",) * 9),
        Case("words of pictures that are scripts", with_media(*(picture.format(f"<media:description>{escaped(one)}</media:description>") for one in SCRIPTS)), ("T",) * len(SCRIPTS)),
        Case("words of a picture without an end", with_media(picture.format(f"<media:description>{'word ' * 20_000}</media:description>"), picture.format("<media:description>a\u202eb</media:description>")), ("T", "T")),
        Case("a picture in a picture", with_media(picture.format(picture.format("<media:description>x</media:description>")) + "<media:description>y</media:description>"), ("T",)),
        Case("pictures that never end", with_media(picture[:90] + "<media:description>x")),
        Case("20,000 pictures", with_media("<media:content url='https://a.example/p.png' medium='image'/>" * 20_000), ("T",)),
        Case("20,000 pictures in its text", rss(item(description=escaped("<img src='https://a.example/p.png'>" * 900 + "<img " * 5_000))).encode(), ("T",)),
        Case("a picture with half a quotation mark", rss(item(description=escaped("<img src=\"https://a.example/p.png alt='x"))).encode(), ("T",)),
        Case("sound that says odd things of itself", with_media(*(sound.format("audio/mpeg", length, lasts) for length, lasts in (
            ("-1", "-1"), ("9" * 40, "9" * 40), ("1e9", "99:99:99"), ("", "::"), ("\u0665", "\u0665"), ("0x10", "1:2:3:4")))), ("T",) * 6),
        Case("sound that is a page", with_media(sound.format("text/html", 1, 1), sound.format("audio/mpeg;x=<script>", 1, 1), sound.format("audio/" + "a" * 500, 1, 1)), ("T",) * 3),
        Case("JSON pictures that are none", json_feed(*({"id": f"{n}", "url": f"{LINK}/{n}", "title": "T", "image": one, "banner_image": one, "attachments": one} for n, one in enumerate([*odd, [{"url": one, "mime_type": one, "duration_in_seconds": one, "size_in_bytes": -1} for one in odd]]))), ("T",) * 10),
        Case("Bluesky's pictures that are none", json.dumps({"feed": [{"post": post | {"uri": post["uri"] + str(n), "embed": one, "labels": one}} for n, one in enumerate(odd)]}).encode(), ("Words",) * 9),
    ]  # fmt: skip


def bomb(size: int) -> bytes:
    return gzip.compress(b"\0" * size)


def _answers() -> list[Case]:
    good = rss(item("Good")).encode()
    zipped = {"Content-Encoding": "gzip"}
    return [
        Case("gzip", gzip.compress(good), ("Good",), headers=zipped),
        Case("deflate", zlib.compress(good), ("Good",), headers={"Content-Encoding": "deflate"}),
        Case("a gzip bomb of 1 GB", bomb(1_000_000_000), reason=fetching.TOO_LARGE, headers=zipped),
        Case("a gzip bomb in a gzip bomb", gzip.compress(bomb(500_000_000)), headers={"Content-Encoding": "gzip, gzip"}),
        Case("gzip that is none", good, headers=zipped, reason=fetching.BROKEN_OFF),
        Case("gzip cut in the middle", gzip.compress(good)[:-12], headers=zipped),
        Case("an encoding that nobody knows", good, headers={"Content-Encoding": "x-secret"}),
        Case("6 MB", good + b" " * 6_000_000, reason=fetching.TOO_LARGE),
        Case("more than it says", good, headers={"Content-Length": "10"}),
        Case("less than it says", good, headers={"Content-Length": "5000"}, reason=fetching.BROKEN_OFF),
        Case("says it has 10 GB", good, headers={"Content-Length": "10000000000"}, reason=fetching.TOO_LARGE),
        Case("says it has minus one byte", good, headers={"Content-Length": "-1"}),
        Case("without an end", good, endless=b" " * 65_536, reason=fetching.TOO_LARGE),
        Case("a header without an end", b"HTTP/1.1 200 OK\r\nX: ", endless=b"a" * 65_536, raw=True, reason=fetching.NO_ANSWER),
        Case("headers without an end", b"HTTP/1.1 200 OK\r\n", endless=b"X: y\r\n" * 1000, raw=True, reason=fetching.NO_ANSWER),
        Case("no HTTP", b"SSH-2.0-OpenSSH_9.2\r\n", raw=True, reason=fetching.NO_ANSWER),
        Case("hangs up at once", b"", raw=True, reason=fetching.NO_ANSWER),
        Case("one byte a second", good, pause=1.0, reason=fetching.TOO_SLOW),
        Case("headers one byte a second", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", pause=1.0, raw=True, reason=fetching.TOO_SLOW),
        Case("a type that is wrong", good, ("Good",), headers={"Content-Type": "image/png"}),
        Case("a type that is none", good, ("Good",), headers={"Content-Type": "\";;charset=\x01x" + "a" * 500}),
        Case("as a download", good, ("Good",), headers={"Content-Disposition": "attachment; filename=../../x"}),
        Case("with cookies", good, ("Good",), headers={"Set-Cookie": "a=1; Domain=127.0.0.1"}),
        *(Case(f"status {status}", good, status=status, reason=polling.why_refused(status))
          for status in (204, 206, 300, 400, 401, 402, 403, 404, 405, 410, 418, 429, 451, 500, 502, 503, 504)),
        Case("a redirect to itself", status=302, headers={"Location": "/a-redirect-to-itself"}, reason=fetching.TOO_MANY_HOPS),
        Case("a redirect to nowhere", status=302, headers={"Location": ""}, reason=polling.UNEXPECTED),
        *(Case(f"redirected to {target}", status=302, headers={"Location": target}, reason=reason)
          for target, reason in (
              ("http://10.0.0.1/", fetching.NOT_PUBLIC), ("http://169.254.169.254/latest/", fetching.NOT_PUBLIC),
              ("//192.168.0.1/", fetching.NOT_PUBLIC), ("http://[::ffff:10.0.0.1]/", fetching.NOT_PUBLIC),
              ("file:///etc/passwd", fetching.NOT_AN_ADDRESS), ("gopher://x/", fetching.NOT_AN_ADDRESS),
              ("javascript:alert(1)", fetching.NOT_AN_ADDRESS), ("http://me:secret@a.example/", fetching.HAS_PASSWORD),
              ("http://[", fetching.NOT_AN_ADDRESS),
          )),
    ]  # fmt: skip


PRIVATE = [
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "0",
    "[::]", "[::ffff:10.0.0.1]", "[::ffff:a00:1]", "[64:ff9b::10.0.0.1]", "[2002:a00:1::]", "[fc00::1]",
    "[fe80::1]", "[::10.0.0.1]", "10.1", "167772161", "0xa000001", "012.0.0.1", "172.31.255.255.",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "[ff02::1]", "[2001:db8::1]",
]  # fmt: skip


def _private() -> list[Case]:
    return [
        Case(f"the private address {host}", url=f"http://{host}/feed", reason=fetching.NOT_PUBLIC)
        for host in PRIVATE
    ]


CASES = [
    *_encodings(), *_scripts(), *_links(), *_dates(), *_broken_xml(), *_json(), *_attached(), *_answers(), *_private(),
]  # fmt: skip

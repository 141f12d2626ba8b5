"""Hostile things that somebody may write: HTML, SVG and Markdown that would run a script, load from
elsewhere or take a page over, each in several places of a text. Whatever runs calls `hit()`."""

from __future__ import annotations

HTML = (
    "<script>hit()</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>", "<script/x>hit()</script>",
    "<script\n>hit()</script\n>", "<scr<script>ipt>hit()</scr</script>ipt>",
    "</p><script>hit()</script>", "<!--><script>hit()</script>-->", "<![CDATA[<script>hit()</script>]]>",
    "<img src=x onerror=hit()>", "<img/src=x/onerror=hit()>", "<img src=`x`onerror=hit()>",
    "<IMG SRC=x ONERROR='hit()'>", "<img src=x:x onerror=\"hit()\" ", "<img src=//evil.example/p.gif>",
    "<image src=x onerror=hit()>", "<svg onload=hit()>", "<svg/onload=hit()//",
    "<svg><script>hit()</script></svg>", "<svg><script href=data:,hit() />",
    "<svg><animate onbegin=hit() attributeName=x dur=1s>", "<svg><a xlink:href=javascript:hit()><text>x",
    "<svg><set attributeName=href to=javascript:hit()>", "<svg><use href=data:image/svg+xml,<svg id=x>#x>",
    "<svg><foreignObject><iframe srcdoc='<script>parent.hit()</script>'>",
    "<svg><style><img src=x onerror=hit()></style>", "<math><mtext><script>hit()</script>",
    "<math href=javascript:hit()>x</math>", "<math><mi//xlink:href=\"data:x,<script>hit()</script>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=hit()>",
    "<noscript><p title=\"</noscript><img src=x onerror=hit()>\">",
    "<iframe src=javascript:parent.hit()>", "<iframe srcdoc='<script>parent.hit()</script>'>",
    "<iframe onload=hit()>", "<object data=javascript:hit()>", "<embed src=javascript:hit()>",
    "<body onload=hit()>", "<input autofocus onfocus=hit()>", "<select autofocus onfocus=hit()>",
    "<textarea autofocus onfocus=hit()>", "<details open ontoggle=hit()>", "<video src=x onerror=hit()>",
    "<video><source onerror=hit()></video>", "<audio src=x onerror=hit()>", "<marquee onstart=hit()>x",
    "<style>@import '//evil.example/x.css';</style>", "<style>*{background:url(//evil.example/x)}</style>",
    "<link rel=stylesheet href=//evil.example/x.css>", "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:hit()'>", "<form action=javascript:hit()><button>x",
    "<button formaction=javascript:hit()>x", "<a href=javascript:hit()>x</a>",
    "<a href='java&#x73;cript:hit()'>x</a>", "<a href=\"java\tscript:hit()\">x</a>",
    "<a href=' javascript:hit()'>x</a>", "<a href=data:text/html,<script>hit()</script>>x</a>",
    "<a href=vbscript:hit()>x</a>", "<a id=location name=body href=#>x</a>", "<b style=x:expression(hit())>x",
    "<div style=\"background:url(javascript:hit())\">x", "<p onclick=hit() onmouseover=hit()>x",
    "<table background=javascript:hit()><td>x", "<template><script>hit()</script></template>",
    "<slot name=x onslotchange=hit()>", "<portal src=javascript:hit()>", "<dialog open onclose=hit()>x",
    "<xss id=x tabindex=1 onfocus=hit()>", "<plaintext onfocus=hit()>", "<frameset onload=hit()>",
    "<applet code=x onerror=hit()>", "<isindex type=image src=x onerror=hit()>", "<keygen autofocus onfocus=hit()>",
)  # fmt: skip
ADDRESSES = (
    "javascript:hit()", "JaVaScRiPt:hit()", "javascript&#58;hit()", "javascript&colon;hit()",
    "java&Tab;script:hit()", "java&#10;script:hit()", "&#x6A;avascript:hit()", "\x01javascript:hit()",
    "javascript://%0ahit()", "vbscript:hit()", "data:text/html,<script>hit()</script>",
    "data:text/html;base64,PHNjcmlwdD5oaXQoKTwvc2NyaXB0Pg==", "data:image/svg+xml,<svg onload=hit()>",
    "file:///etc/passwd", "blob:x", "view-source:javascript:hit()", "feed:javascript:hit()",
    "picture:x\" onerror=\"hit()", "picture:\"><script>hit()</script>", "//evil.example/x.gif",
)  # fmt: skip


def payloads() -> list[str]:
    """Every payload, each in the places of a text where it may do harm."""
    made: list[str] = []
    for html in HTML:
        made += [html, f"> - **{html}**", f"`` ` `` {html} `", f"![{html}](picture:abc)"]
    for address in ADDRESSES:
        made += [
            f"[x]({address})", f"[x](<{address}>)", f"![x]({address})", f"<{address}>",
            f"[x][y]\n\n[y]: {address}", f"[x](https://a.example/ '{address}')",
        ]  # fmt: skip
    for fence in ("x", "html", '"><script>hit()</script>', "python onload=hit()"):
        made += [f"```{fence}\n{html}\n```" for html in HTML[:8]]
    return made

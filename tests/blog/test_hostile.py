"""Nothing that is written becomes code: the sanitiser alone holds, without the policy of the page."""

from __future__ import annotations

from careers.base import prose
from tests.blog.markup import acting_parts
from tests.blog.payloads import payloads


def shown(code: str, alt: str) -> str:
    return f'<img src="/{code}" alt="{alt}">'


def test_no_payload_leaves_anything_that_could_act():
    assert len(payloads()) > 400
    for payload in payloads():
        for html in (prose.markdown_to_html(payload), prose.markdown_to_html(payload, shown)):
            assert acting_parts(html) == [], payload
        assert acting_parts(prose.safe_html(payload)) == [], payload

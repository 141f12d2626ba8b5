"""What candidates do: open the form, fill it in, send it."""

from __future__ import annotations

import html
import io
import re

from sqlalchemy import select

from careers.base.mail import Mail
from tests.hiring import samples


def shown(answer) -> str:
    return answer.get_data(as_text=True)


def page_of(visitor, job, prefix="") -> str:
    return shown(visitor.get(f"{prefix}/jobs/{job.slug}/apply"))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def fields_of(page: str, cv=("cv.pdf", None), **more) -> dict:
    """The form on `page`, filled in; `cv` is a name and a content (None: an honest PDF)."""
    fields = {
        "form_token": hidden(page, "form_token"),
        "submission": hidden(page, "submission"),
        "name": "Nadia Benali",
        "email": "nadia@example.com",
        "message": "I like meters.",
        **more,
    }
    if cv:
        content = samples.plain_pdf() if cv[1] is None else cv[1]
        fields["cv"] = (io.BytesIO(content), cv[0])
    return fields


def send(visitor, job, fields, prefix="", **options):
    return visitor.client.post(f"{prefix}/jobs/{job.slug}/apply", data=fields, **options)


def mails_to(db, email="nadia@example.com") -> list[Mail]:
    db.expire_all()
    return list(db.scalars(select(Mail).where(Mail.to == email).order_by(Mail.id)))


def link_in(mail: Mail) -> str:
    """The address that a mail to a candidate carries."""
    return re.search(r"http://127.0.0.1:8000(\S*/applications/\S{43,})", mail.text)[1]


def come_by(visitor, link: str):
    """Follow the link of a mail, and press the button there."""
    assert "Open my application" in shown(visitor.get(link))
    return visitor.post(link)


def apply_to(visitor, job, prefix="", **more):
    return send(visitor, job, fields_of(page_of(visitor, job, prefix), **more), prefix)

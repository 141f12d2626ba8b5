"""Sending a form from the page that gives it back."""

from __future__ import annotations

import html
import re

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

HERE = {"Sec-Fetch-Site": "same-origin"}  # what browsers say of a form of this site


def send_again(client: FlaskClient, answer):
    """Press the button of the error page `answer`."""
    main = answer.text.split("<main", 1)[1]
    form = re.search(
        r'<form class="actions" method="post" action="([^"]+)">(.+?)</form>', main, re.S
    )
    assert form, "it offers no button"
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[2])
    sent = MultiDict((name, html.unescape(value)) for name, value in fields)
    return client.post(html.unescape(form[1]), data=sent, headers=HERE)

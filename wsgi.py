"""The doors: what a server loads.

`app` is for any WSGI server. `door` is for an ASGI server, and what `entourage serve` opens: the
same, but share links that are followed often, and the homepage that most are shown, are answered
without a thread.
"""

import gc

from careers.app import THREADS, create_app
from careers.background import start_beside
from careers.home.door import HomeDoor
from referrals.doors import ASGIDoor, Pages

app = create_app()
start_beside(app)
door = ASGIDoor(app, HomeDoor(app, Pages(app, THREADS)), app.extensions["settings"].trusted_proxies)
gc.collect()
gc.freeze()  # looking through all that was made until here would hold up requests for 50 ms

"""The door: what a WSGI server loads."""

from careers.app import create_app
from careers.background import start_beside

app = create_app()
start_beside(app)

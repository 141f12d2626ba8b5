"""The door: what a WSGI server loads."""

from careers.app import create_app
from careers.background import start_inside

app = create_app()
start_inside(app)

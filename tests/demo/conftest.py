"""The demo company, made once for all tests that look at it."""

from __future__ import annotations

import shutil

import pytest
from click.testing import CliRunner

from careers.app import create_app
from careers.base.config import Settings
from careers.main import entourage


def run(*arguments: str, **environment: str):
    """`entourage ARGUMENTS`, as from a shell."""
    return CliRunner().invoke(
        entourage,
        arguments,
        env={f"ENTOURAGE_{name}": value for name, value in environment.items()},
    )


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    made = run("demo", DATA_DIR=str(folder), SECRET_KEY="s" * 40)
    assert made.exit_code == 0, made.output
    assert "demo data" in made.output
    return folder


@pytest.fixture
def demo(demo_folder, tmp_path):
    """The application on a copy of the demo company."""
    shutil.copytree(demo_folder, tmp_path / "data")
    settings = Settings(_env_file=None, data_dir=tmp_path / "data", secret_key="s" * 40)
    app = create_app(settings, testing=True)
    yield app
    app.extensions["database"].dispose()

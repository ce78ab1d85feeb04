"""The service as it is really started with the system's Chromium before it, and without either."""

import logging
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from plugin.parts import parts
from tests.browser.forms import app_at

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = Retry(total=200, backoff_factor=0.05, backoff_max=0.2)
"""Half a minute at most, in which a slow machine starts the service."""


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start ``countersign serve`` on a free port; return its address."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("countersign")), "serve", "--port", str(port)]
    own = {k: v for k, v in os.environ.items() if not k.startswith("COUNTERSIGN_")}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**own, "COUNTERSIGN_HOME": str(home)}
        )
    address = f"http://127.0.0.1:{port}"
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # not a line for every try
    try:
        with requests.Session() as session:
            session.mount(address, HTTPAdapter(max_retries=PATIENCE))
            session.get(f"{address}/health/ready", timeout=30).raise_for_status()
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Launch the system's Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (looked for: " + ", ".join(NAMES) + ")")
    flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser, service: str) -> Iterator[BrowserContext]:
    """Open a window; afterwards hold it to no error and no request to another host."""
    made = browser.new_context(base_url=service, viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    hosts: set[str] = set()
    made.on("console", lambda m: errors.append(m.text) if m.type in {"error", "warning"} else None)
    made.on("weberror", lambda error: errors.append(str(error.error)))
    made.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    yield made
    made.close()
    assert errors == []
    assert hosts == {urlsplit(service).netloc}


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Return an empty tab."""
    return context.new_page()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Build the application, with a store of its own."""
    made = app_at(tmp_path_factory.mktemp("home"))
    yield made
    parts(made).store.close()


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    """Return a client without a browser."""
    return app.test_client()

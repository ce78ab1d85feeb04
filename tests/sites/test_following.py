"""Files of sites change while the service runs: all at once, never by half."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from plugin.parts import parts
from plugin.sites import Sites
from plugin.tenants import DEMO, Tenant
from tests.fhir.building import CODER
from tests.hooks.service import got, start
from tests.hooks.visits import ADDRESS
from tests.sites.making import LOCAL, seen, sites_of, write, write_map


def until(said: Callable[[], object]) -> bool:
    """Wait until something holds, ten seconds at most."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if said():
            return True
        threading.Event().wait(0.01)
    return False


def codes(sites: Sites) -> list[str]:
    """Return what the clinic's own code stands for."""
    return [match.code for match in CODER.maps.of(sites["clinic"])[0].matches[(LOCAL, "TE")]]


def test_a_new_site_a_changed_one_and_one_that_is_gone(tmp_path: Path) -> None:
    sites = sites_of(tmp_path)
    path = write(tmp_path, max_cards=1)
    assert seen(sites)["clinic"].max_cards == 1

    write(tmp_path, max_cards=2)
    assert seen(sites)["clinic"].max_cards == 2

    path.unlink()
    assert "clinic" not in seen(sites)


def test_a_site_that_took_a_shipped_ones_place_gives_it_back(tmp_path: Path) -> None:
    path = write(tmp_path, DEMO, title="Our own")
    sites = sites_of(tmp_path)

    path.unlink()

    assert seen(sites)[DEMO].title == "Simulated clinic"


def test_a_file_that_turns_bad_leaves_the_site_as_it_was_until_it_is_mended(tmp_path: Path) -> None:
    path = write(tmp_path, max_cards=1)
    sites = sites_of(tmp_path)
    before = sites["clinic"]

    write(tmp_path, max_cards=0)
    assert seen(sites)["clinic"] is before
    assert sites.faults[0].startswith(f"{path}: max_cards: ")

    write(tmp_path, max_cards=2)
    assert seen(sites)["clinic"].max_cards == 2
    assert not sites.faults


def test_a_file_is_not_read_while_it_is_being_written(tmp_path: Path) -> None:
    path = write(tmp_path, rules={"mue": "off"})
    sites = sites_of(tmp_path)
    whole = path.read_bytes()

    for end in range(0, len(whole), 7):  # some of these are whole files that say less
        path.write_bytes(whole[:end] + b"}" * (end > 0))
        sites.look()
        assert sites["clinic"].off == {"mue"}
        assert not sites.faults


def test_a_file_that_is_replaced_in_two_steps_is_never_gone(tmp_path: Path) -> None:
    path = write(tmp_path, max_cards=1)
    sites = sites_of(tmp_path)

    path.unlink()
    sites.look()
    assert sites["clinic"].max_cards == 1
    write(tmp_path, max_cards=2)
    sites.look()
    assert sites["clinic"].max_cards == 1
    sites.look()
    assert sites["clinic"].max_cards == 2


def test_what_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    write(tmp_path)
    sites = sites_of(tmp_path)
    before = sites["clinic"]

    write(tmp_path, "other")

    assert seen(sites)["clinic"] is before
    assert "other" in sites


def test_a_changed_map_changes_the_sites_that_name_it(tmp_path: Path) -> None:
    write(tmp_path, concept_maps=["clinic"])
    path = write_map(tmp_path, "97110")
    sites = sites_of(tmp_path)
    assert codes(sites) == ["97110"]

    write_map(tmp_path, "97140")
    assert codes(seen(sites)) == ["97140"]

    write_map(tmp_path, "00000")
    assert codes(seen(sites)) == ["97140"]
    assert sites.faults[0].startswith(f"{path}: group[0]")

    path.unlink()
    assert codes(seen(sites)) == ["97140"]
    assert sites.faults[0].startswith(f"{tmp_path}/clinic.yaml: concept_maps[0]: clinic has no")


def test_a_folder_that_cannot_be_read_any_more_leaves_the_sites_as_they_are(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "sites"
    write(folder)
    sites = sites_of(folder)

    folder.rename(tmp_path / "away")
    assert "clinic" in seen(sites)
    assert sites.faults == (f"{folder}: cannot be read: No such file or directory",)

    (tmp_path / "away").rename(folder)
    assert "clinic" in seen(sites)
    assert not sites.faults


STATES = ((1, "1", "97110"), (2, "2", "97140"))
"""The clinic's cards, title and code, in either state of its two files."""


def put(folder: Path, state: tuple[int, str, str]) -> None:
    """Write both files elsewhere, and move them in as deployers do, each in one step."""
    staged = folder / "staged"
    cards, title, code = state
    files = [write(staged, max_cards=cards, title=title, concept_maps=["clinic"])]
    files.append(write_map(staged, code))
    for path in files:
        path.replace(folder / path.name)


def state_of(site: Tenant) -> tuple[int, str, str]:
    """Return the state that a site is in."""
    (match,) = site.maps["clinic"].matches[(LOCAL, "TE")]
    return site.max_cards, site.title, match.code


def test_whoever_asks_while_files_change_finds_one_state_or_the_next(tmp_path: Path) -> None:
    put(tmp_path, STATES[0])
    sites, done = sites_of(tmp_path), threading.Event()
    wrong: list[object] = []
    asked = [0] * 4

    def ask(own: int) -> None:
        while not done.is_set():
            asked[own] += 1
            site = sites.get("clinic")
            if site is None or state_of(site) not in STATES:
                wrong.append(site)

    threads = [threading.Thread(target=ask, args=(own,)) for own in range(len(asked))]
    for thread in threads:
        thread.start()
    try:
        for state in STATES * 15:
            put(tmp_path, state)
            assert state_of(seen(sites)["clinic"]) == state
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert min(asked) > 100


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A service that follows a folder of sites."""
    folder = tmp_path / "sites"
    folder.mkdir()
    app = start(tmp_path, tenants=folder)
    yield app
    parts(app).store.close()


def test_a_running_service_takes_in_a_new_site_by_itself(app: Flask, tmp_path: Path) -> None:
    client, address = app.test_client(), ADDRESS.replace("/cds", "/t/clinic/cds")
    address = address.rpartition("/")[0]
    assert client.get(address).status_code == 404

    write(tmp_path / "sites")

    assert until(lambda: client.get(address).status_code == 200)


def test_a_refused_file_is_logged_once_and_told_by_health(
    app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = app.test_client()
    assert got(client, "/health/rules")["sites"] == "read"
    caplog.set_level(logging.ERROR, "plugin.sites")

    path = write(tmp_path / "sites", max_cards=0)

    assert until(lambda: caplog.records)
    write(tmp_path / "sites", "other")
    assert until(lambda: "other" in parts(app).tenants)
    (record,) = caplog.records
    assert f"{path}: max_cards: " in record.getMessage()
    for address in ("/health/rules", "/health/ready"):
        said = got(client, address)
        assert said["status"] == "degraded"
        assert said["sites"] == "1 refused; see the log, or countersign doctor"


def test_the_thread_ends_with_the_sites(tmp_path: Path) -> None:
    sites = sites_of(tmp_path)
    before = set(threading.enumerate())
    sites.follow()
    (follower,) = set(threading.enumerate()) - before

    del sites
    follower.join(10)

    assert not follower.is_alive()

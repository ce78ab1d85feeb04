"""``countersign doctor``: every setting with its origin, and what is wrong with anything."""

import json
from pathlib import Path

import pytest

from plugin.doctor.everything import NAMES, examine
from plugin.store.store import Store, shown
from tests.cli.command import run
from tests.sites.making import write

SECRET = "hunter2"  # noqa: S105 - no password of anything


def examined(home: Path, capsys: pytest.CaptureFixture[str], **settings: str) -> tuple[int, str]:
    """Return the exit status of a look at everything, and what it said."""
    own = {f"COUNTERSIGN_{name.upper()}": value for name, value in settings.items()}
    status = examine({"COUNTERSIGN_HOME": str(home), "PATH": "/bin", **own})
    return status, capsys.readouterr().out


def wrong(said: str) -> list[str]:
    return [line.strip() for line in said.splitlines() if line.startswith("  not ")]


def test_what_is_in_order_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    done = run(tmp_path, "doctor", settings={"COUNTERSIGN_HOME": str(tmp_path / "home")})

    said = done.stdout.decode()
    assert (done.returncode, done.stderr, wrong(said)) == (0, b"", [])
    assert f"ok   COUNTERSIGN_HOME = {tmp_path / 'home'} (environment)" in said
    assert "ok   COUNTERSIGN_DEMO = on (default)" in said
    assert "is not there yet; the service makes it" in said
    assert "ok   demo: Simulated clinic" in said
    assert "ok   ptp-practitioner " in said
    assert list(tmp_path.iterdir()) == []


def test_every_setting_is_told_with_where_it_is_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "countersign.toml"
    file.write_text('port = 8100\ndemo = false\nhost = "::1"\n', encoding="utf-8")

    status, said = examined(tmp_path, capsys, config=str(file), port="8200")

    assert status == 0
    assert all(f"  ok   COUNTERSIGN_{name.upper()} = " in said for name in NAMES)
    assert "COUNTERSIGN_PORT = 8200 (environment)" in said
    assert "COUNTERSIGN_HOST = ::1 (file)" in said
    assert "COUNTERSIGN_DEMO = off (file)" in said
    assert "COUNTERSIGN_WORKERS = 1 (default)" in said


BAD = {
    "port": ("many", "COUNTERSIGN_PORT: should be a number from 1 to 65535 (environment)"),
    "demo": ("maybe", "COUNTERSIGN_DEMO: should be on or off (environment)"),
    "tenants": ("/no/such", "COUNTERSIGN_TENANTS: should be a folder that exists (environment)"),
    "config": ("/no/such", "COUNTERSIGN_CONFIG: /no/such cannot be read: "),
    "prot": ("1", "COUNTERSIGN_PROT: is no setting of this version; was COUNTERSIGN_PORT meant?"),
    "xyzzy": ("1", "COUNTERSIGN_XYZZY: is no setting of this version (environment)"),
    "database_url": ("nonsense", "COUNTERSIGN_DATABASE_URL: is no address of a database"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_setting_that_is_wrong_is_named_and_the_rest_is_looked_at(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value, complaint = BAD[name]

    status, said = examined(tmp_path, capsys, **{name: value})

    assert status == 2
    (line,) = wrong(said)
    assert line.startswith(f"not  {complaint}")
    assert "ok   demo: Simulated clinic" in said


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+nothing://me:{SECRET}@db.example/cs",
        f"postgresql+nothing://db.example/cs?user=me&password={SECRET}",
        f"sqlite:////dev/null/{SECRET[:0]}cs.db?sslpassword={SECRET}",
    ],
)
def test_a_store_that_does_not_open_is_told_without_its_password(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = examined(tmp_path, capsys, database_url=url)

    assert status == 2
    assert len(wrong(said)) == 1
    assert SECRET not in said
    assert SECRET not in shown(url)


def test_a_store_that_is_there_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Store(f"sqlite:///{tmp_path / 'countersign.db'}").close()
    assert "countersign.db opens" in examined(tmp_path, capsys)[1]

    (tmp_path / "countersign.db").write_bytes(b"no database" * 100)
    status, said = examined(tmp_path, capsys)
    assert status == 2
    assert "cannot be opened" in said


def test_sites_and_editions_that_are_refused_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "tenants", "good")
    write(tmp_path / "tenants", "bad", max_cards=0)
    (tmp_path / "editions").mkdir()
    (tmp_path / "editions" / "current.json").write_text(json.dumps([]), encoding="utf-8")

    status, said = examined(tmp_path, capsys)

    assert status == 2
    assert "ok   good: A clinic" in said
    assert [line.partition(": ")[0] for line in wrong(said)] == [
        f"not  {tmp_path / 'editions' / 'current.json'}",
        f"not  {tmp_path / 'tenants' / 'bad.yaml'}",
    ]

"""The command line itself: its version, its mistakes, and settings that cannot be."""

from pathlib import Path

import pytest

from plugin import __version__
from plugin.settings import PREFIX, SettingsError, load
from tests.cli.command import run


def test_the_version_is_told(tmp_path: Path) -> None:
    done = run(tmp_path, "--version")

    assert (done.returncode, done.stdout) == (0, f"countersign {__version__}\n".encode())


@pytest.mark.parametrize(
    "arguments",
    [(), ("nonsense",), ("check",), ("check", "--loud", "-"), ("serve", "--port", "many")],
    ids=str,
)
def test_a_mistake_is_answered_with_the_usage(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(tmp_path, *arguments)

    assert done.returncode == 2
    assert done.stderr.startswith(b"usage: countersign")


def test_help_names_the_commands(tmp_path: Path) -> None:
    done = run(tmp_path, "--help")

    assert done.returncode == 0
    assert b"serve" in done.stdout
    assert b"check" in done.stdout


BAD = {
    "port": ("0", "65536", "-1", "80.5", "eighty", "٣", " 80", "1e3"),
    "workers": ("0", "65", "two", "-1"),
    "demo": ("maybe", "1", "yes", "onn"),
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, every in BAD.items() for v in every])
def test_a_setting_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{PREFIX}{name.upper()}: should be ") as raised:
        load({f"{PREFIX}{name.upper()}": value})

    assert value not in str(raised.value).removeprefix(PREFIX) or len(value) == 1


@pytest.mark.parametrize(("name", "value"), [("workers", "99"), ("demo", "maybe"), ("port", "0")])
def test_a_service_with_a_bad_setting_does_not_start(name: str, value: str, tmp_path: Path) -> None:
    done = run(tmp_path, "serve", settings={f"{PREFIX}{name.upper()}": value})

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(f"countersign: {PREFIX}{name.upper()}: should be ")
    assert len(done.stderr.splitlines()) == 1


def test_a_bad_setting_on_the_command_line_is_named_too(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", "--port", "99999")

    assert done.returncode == 2
    assert done.stderr.startswith(b"countersign: COUNTERSIGN_PORT: should be a number from 1 to")


def test_without_settings_there_are_defaults() -> None:
    how = load({})

    assert (how.host, how.port, how.workers, how.demo) == ("127.0.0.1", 8000, 1, True)
    assert how.home == Path(".countersign")
    assert how.database_url == "sqlite:///.countersign/countersign.db"
    assert how.public_url == "http://127.0.0.1:8000"


def test_an_empty_setting_is_none() -> None:
    assert load({f"{PREFIX}PORT": "", f"{PREFIX}CONFIG": ""}) == load({})


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "countersign.toml"
    path.write_text('port = 9000\ndemo = false\npublic_url = "https://checks.example/"\n')

    how = load({f"{PREFIX}CONFIG": str(path), f"{PREFIX}PORT": "9001"})

    assert (how.port, how.demo, how.public_url) == (9001, False, "https://checks.example")


@pytest.mark.parametrize("text", ["port 9000", "port = 1\nport = 2"])
def test_a_file_that_is_no_toml_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "countersign.toml"
    path.write_text(text)

    with pytest.raises(SettingsError, match=r"COUNTERSIGN_CONFIG: .* cannot be read"):
        load({f"{PREFIX}CONFIG": str(path)})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", settings={f"{PREFIX}CONFIG": "missing.toml"})

    assert done.returncode == 2
    assert done.stderr.startswith(b"countersign: COUNTERSIGN_CONFIG: missing.toml cannot be read")


@pytest.mark.parametrize("text", ["port = 'many'", "workers = 0", "demo = 3"])
def test_a_bad_value_in_the_file_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "countersign.toml"
    path.write_text(text)

    name = text.split(maxsplit=1)[0].upper()
    with pytest.raises(SettingsError, match=f"{PREFIX}{name}: should be"):
        load({f"{PREFIX}CONFIG": str(path)})

"""``countersign doctor token`` names every check of a token, and never shows the token."""

from collections.abc import Callable
from pathlib import Path

import pytest

from plugin import tenants
from plugin.cli import main
from plugin.doctor.token import explain
from plugin.store.spent import Spent
from plugin.trust.checks import CHECKS
from plugin.trust.gate import Gate, spending
from plugin.trust.reasons import REASONS
from plugin.trust.token import opened
from tests.hooks.service import PUBLIC
from tests.trust.forging import ahead, der
from tests.trust.making import HERE, claims, good, headed, header, key, signed
from tests.trust.sites import written
from tests.trust.test_terms import client

Ask = Callable[..., tuple[int, str]]


@pytest.fixture
def ask(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Ask:
    """Return what asks the doctor of one site's token: its status and all it prints."""
    written(copy, "clinic", clients=[client()])
    monkeypatch.setenv("COUNTERSIGN_TENANTS", str(copy.joinpath(*tenants.FOLDER)))
    monkeypatch.setenv("COUNTERSIGN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COUNTERSIGN_PUBLIC_URL", PUBLIC)

    def asked(token: str, *more: str) -> tuple[int, str]:
        file = tmp_path / "token.txt"
        file.write_text(f"Authorization: Bearer {token}\n", encoding="utf-8")
        with pytest.raises(SystemExit) as ended:
            main(["doctor", "token", str(file), *more])
        said = capsys.readouterr()
        assert token.rpartition(".")[2] not in said.out + said.err
        assert token.split(".")[1] not in said.out + said.err
        return int(str(ended.value.code)), said.out + said.err

    return asked


def test_a_good_token_is_accepted_check_by_check(ask: Ask, tmp_path: Path) -> None:
    status, said = ask(good())

    assert status == 0
    assert said.endswith("accepted by site clinic\n")
    assert said.count("  ok   ") == len(CHECKS) + 1
    assert not (tmp_path / "home").exists()  # asking made no store


BAD: dict[str, Callable[[], str]] = {
    "expiry": lambda: good(iat=ahead(-900), exp=ahead(-600)),
    "audience": lambda: good(aud="https://elsewhere.example"),
    "issued": lambda: good(iat=ahead(100)),
    "algorithm": lambda: headed(alg="none"),
    "token-id": lambda: good(jti=None),
    "key": lambda: headed(kid="nope"),
    "key-id": lambda: headed(kid=None),
    "key-address": lambda: headed(jku="https://evil.example"),
    "signature": lambda: signed(header(), claims(), key("mallory")),
    "type": lambda: headed(typ="at+jwt"),
    "critical": lambda: headed(crit=["b64"]),
    "malformed": lambda: "QUFB.QkJC.Q0ND",
}


@pytest.mark.parametrize("reason", BAD)
def test_a_refused_token_is_explained_with_what_to_do(reason: str, ask: Ask) -> None:
    status, said = ask(BAD[reason](), "--tenant", "clinic")

    assert status == 2
    assert REASONS[reason].says in said
    assert REASONS[reason].remedy in said


def test_all_faults_of_a_token_are_named_not_only_the_first(ask: Ask) -> None:
    _, said = ask(good(aud="x", exp=ahead(-600), iat=ahead(-900), jti=""))

    assert [REASONS[r].says in said for r in ("audience", "expiry", "token-id")] == [True] * 3


def test_an_audience_that_would_do_is_shown(ask: Ask) -> None:
    _, said = ask(good(aud="x"))

    assert f"would do: {PUBLIC}{HERE}\n" in said


def test_of_an_unknown_issuer_what_needs_its_client_is_left_unchecked(ask: Ask) -> None:
    status, said = ask(good(iss="https://stranger.example"), "--tenant", "clinic")

    assert status == 2
    assert "not checked, for want of the client" in said


def test_a_token_of_yesterday_is_judged_as_of_yesterday(ask: Ask) -> None:
    old = good(iat=1_772_467_200, exp=1_772_467_500)

    assert ask(old)[0] == 2
    assert ask(old, "--at", "2026-03-02T16:01:00Z")[0] == 0


def test_a_token_that_was_used_is_said_to_be_and_asking_does_not_use_one(
    ask: Ask, copy: Path, tmp_path: Path
) -> None:
    token = good()
    assert ask(token)[0] == 0
    assert ask(token)[0] == 0
    (tmp_path / "home").mkdir()
    spent = Spent(f"sqlite:///{tmp_path / 'home' / 'countersign.db'}")
    terms = tenants.load(copy)["clinic"].terms
    case = Gate(PUBLIC, spent.spend).case(terms, opened(token), HERE, 0)
    CHECKS[1](case)
    spent.spend(*spending("clinic", case))
    spent.close()

    status, said = ask(token)

    assert status == 2
    assert REASONS["replayed"].says in said


@pytest.mark.parametrize(
    ("token", "more", "says"),
    [
        (good(), ("--tenant", "none"), "there is no site none; there are clinic, demo"),
        (good(), ("--tenant", "demo"), "site demo is open"),
        (good(iss="https://x.example"), (), "name the site with --tenant"),
        (good(), ("--at", "yesterday"), "--at: should be a moment"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(
    token: str, more: tuple[str, ...], says: str, ask: Ask
) -> None:
    status, said = ask(token, *more)

    assert status == 2
    assert says in said


def test_what_a_token_says_cannot_write_to_the_terminal(ask: Ask) -> None:
    _, said = ask(good(aud="\x1b[2J\nfake: ok"))

    assert "\x1b" not in said
    assert "\nfake" not in said


def test_a_signature_of_another_form_is_explained(ask: Ask) -> None:
    assert REASONS["signature"].says in ask(der())[1]


def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(str(tmp_path / "none"), tenant=None, at=None) == 2
    assert "cannot be read" in capsys.readouterr().err

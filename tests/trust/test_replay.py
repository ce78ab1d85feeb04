"""A token is good for one call: in this worker, in another, after a restart, for its whole life."""

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.parts import Parts
from plugin.store.faults import StoreError
from plugin.store.spent import SLICE, TIDY_EVERY, Spent
from plugin.trust.gate import Gate
from tests.hooks import bad
from tests.hooks.service import PUBLIC, equip
from tests.trust.forging import ahead, second
from tests.trust.making import HERE, claims, good, header, signed

LATER = 1 << 40


def shown(client: FlaskClient, token: str, address: str = HERE) -> int:
    """Return the status with which a token is answered."""
    headers = {"Authorization": f"Bearer {token}"}
    return client.post(address, json=bad.good(), headers=headers).status_code


def test_the_same_token_is_refused_the_second_time(client: FlaskClient, ours: Parts) -> None:
    token = good()

    assert shown(client, token) == 200
    assert shown(client, token) == 401
    assert ours.gate.counts.refused["clinic", "replayed"] == 1


def test_another_token_with_the_same_jti_is_refused(client: FlaskClient) -> None:
    jti = str(uuid4())

    assert shown(client, good(jti=jti)) == 200
    assert shown(client, good(jti=jti, exp=ahead(200))) == 401


def test_the_same_jti_of_another_client_is_not_the_same_token(client: FlaskClient) -> None:
    jti = str(uuid4())

    assert shown(client, good(jti=jti)) == 200
    assert shown(client, second(jti=jti)) == 200


def test_the_same_jti_at_another_site_is_not_the_same_token(client: FlaskClient) -> None:
    jti, there = str(uuid4()), "/t/other/cds-services/visit-check"
    said = claims(jti=jti, iss="https://elsewhere.example/fhir", aud=PUBLIC + there)

    assert shown(client, good(jti=jti)) == 200
    assert shown(client, signed(header(), said), there) == 200


def test_a_token_that_was_refused_is_not_used_up(client: FlaskClient) -> None:
    jti = str(uuid4())

    assert shown(client, good(jti=jti, aud="https://elsewhere.example")) == 401
    assert shown(client, good(jti=jti)) == 200


def test_another_worker_refuses_a_token_that_this_one_took(
    client: FlaskClient, home: Path, root: Path
) -> None:
    def elsewhere(token: str) -> str:
        command = [sys.executable, "-m", "tests.trust.worker", str(home), str(root)]
        ended = subprocess.run(
            command, input=token, capture_output=True, text=True, check=True, timeout=60
        )
        return ended.stdout.strip()

    taken, fresh = good(), good()

    assert shown(client, taken) == 200
    assert elsewhere(taken) == "401"
    assert elsewhere(fresh) == "200"
    assert shown(client, fresh) == 401


def test_of_two_workers_that_are_shown_the_same_tokens_at_once_one_takes_each(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'countersign.db'}"
    command = [sys.executable, "-m", "tests.trust.worker", "spend", url, "500"]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "open\n"

    new = [0, 0]
    threads = [
        threading.Thread(target=lambda i=i, w=w: new.__setitem__(i, int(w.communicate("go\n")[0])))
        for i, w in enumerate(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sum(new) == 500


def test_of_many_threads_that_are_shown_one_token_one_takes_it(tmp_path: Path) -> None:
    spent = Spent(f"sqlite:///{tmp_path / 'countersign.db'}")
    taken: list[bool] = []
    threads = [
        threading.Thread(target=lambda: taken.append(spent.spend(b"one".zfill(16), LATER)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    spent.close()

    assert sorted(taken) == [False] * 7 + [True]


def test_expired_tokens_are_swept_out_and_live_ones_kept(tmp_path: Path) -> None:
    spent = Spent(f"sqlite:///{tmp_path / 'countersign.db'}")
    past = int(time.time()) - 10
    old = [number.to_bytes(16) for number in range(SLICE)]
    for name in old:
        spent.spend(name, past)
    live = [(number + (1 << 100)).to_bytes(16) for number in range(4 * TIDY_EVERY)]
    for name in live:
        spent.spend(name, LATER)
    spent.close()

    spent = Spent(f"sqlite:///{tmp_path / 'countersign.db'}")
    assert not any(spent.knows(name) for name in old)
    assert all(spent.knows(name) for name in live)
    spent.close()


def test_a_long_log_of_tokens_begins_anew_and_none_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("plugin.store.spent.LONGEST_LOG", 0)
    names = [number.to_bytes(16) for number in range(4 * TIDY_EVERY)]
    spent = Spent(f"sqlite:///{tmp_path / 'countersign.db'}")
    with closing(sqlite3.connect(tmp_path / "countersign.db-tokens")) as onlooker:
        new = [spent.spend(name, LATER) for name in names]
        spent.close()
        onlooker.execute("INSERT INTO spent_tokens VALUES (x'00', 0)")
        onlooker.commit()
        _, pages, moved = onlooker.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    assert all(new)
    assert pages == moved < 10
    spent = Spent(f"sqlite:///{tmp_path / 'countersign.db'}")
    assert not any(spent.spend(name, LATER) for name in names)
    assert not caplog.records
    spent.close()


def test_a_site_without_clients_makes_no_file_of_tokens(tmp_path: Path) -> None:
    Spent(f"sqlite:///{tmp_path / 'countersign.db'}").close()

    assert list(tmp_path.iterdir()) == []


def test_a_store_that_does_not_answer_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "countersign.db-tokens").write_bytes(b"no database" * 1000)
    spent = Spent(f"sqlite:///{tmp_path / 'countersign.db'}")

    with pytest.raises(StoreError, match="spent tokens cannot be"):
        spent.spend(b"one".zfill(16), LATER)
    with pytest.raises(StoreError, match="spent tokens cannot be"):
        spent.knows(b"one".zfill(16))
    spent.close()


def test_the_caller_is_asked_to_come_again_when_the_store_does_not_answer(
    app: Flask, client: FlaskClient, ours: Parts, tmp_path: Path
) -> None:
    (tmp_path / "torn.db-tokens").write_bytes(b"no database" * 1000)
    torn = Spent(f"sqlite:///{tmp_path / 'torn.db'}")
    equip(app, gate=Gate(PUBLIC, torn.spend))

    answered = shown(client, good())
    equip(app, gate=ours.gate)
    torn.close()

    assert answered == 503

"""What is not known is said, and nothing is written on the strength of it."""

from flask.testing import FlaskClient

from tests.hooks.service import cards, post
from tests.hooks.visits import request

ERROR = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "timeout"}],
}


def test_no_choice_creates_a_charge_when_the_ehrs_charges_could_not_be_read(
    client: FlaskClient,
) -> None:
    asked = request(["97150 40min", "97110 30min"])
    offered = [card for card in cards(post(client, asked)) if "suggestions" in card]
    assert len(offered) == 2

    asked["prefetch"]["charges"] = ERROR
    found = cards(post(client, asked))

    assert len(found) == 2
    assert not [card for card in found if "suggestions" in card]


def test_what_was_left_out_is_said_on_a_card_about_something_else(client: FlaskClient) -> None:
    bad = {"resourceType": "Observation", "status": 5}
    asked = request(["97110", "97140 20min"], ["97110-GP x1", "97140-GP x1"], minutes=bad)
    found = cards(post(client, asked))
    assert [card["summary"] for card in found] == [
        "Minutes missing for 97110: units could not be checked"
    ]
    assert "**Not checked**\n- prefetch.minutes." in found[0]["detail"]


def test_what_is_no_code_is_not_shown(client: FlaskClient) -> None:
    asked = request(["97110 30min"], ["97110-GP x2"])
    coding = asked["prefetch"]["charges"]["entry"][0]["resource"]["code"]["coding"][0]
    coding["code"] = "Zz\n\n<b>[x](http://evil)</b>"
    assert "evil" not in post(client, asked).get_data(as_text=True)

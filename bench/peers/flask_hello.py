"""The hello card in Flask, as its tutorial would write it."""

from flask import Flask, Response, jsonify, request

from bench.peers.card import hello

app = Flask(__name__)


@app.post("/cds-services/visit-check")
def visit_check() -> Response:
    """Answer with the hello card."""
    return jsonify(hello(request.get_json()))

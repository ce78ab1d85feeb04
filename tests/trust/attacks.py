"""Tokens shown to a clinic, one row each: its name, what was done to it, and the verdict.

A verdict is the reason in the operator's log, or an empty string where the token is accepted. All
are shown to ``/t/clinic/cds-services/visit-check`` of https://countersign.example, whose first
client signs with the key k1 (ES384).
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.hooks.service import PUBLIC
from tests.trust.forging import (
    ahead,
    at,
    by_key,
    cut,
    der,
    es,
    flipped,
    hmac,
    raw_exp,
    second,
    to,
    twice,
)
from tests.trust.making import HERE, claims, good, headed, header, jwk, key, part, pem, signed
from tests.trust.sites import PUBLISHED, SECOND, iss_of


@dataclass(frozen=True, slots=True)
class Shown:
    """One row."""

    name: str
    sent: Callable[[str], str | None]
    """Makes the Authorization header, given the address of the server with key sets and traps."""
    verdict: str


def bearing(name: str, verdict: str, token: Callable[[], str]) -> Shown:
    """Return a row whose token stands in a plain header."""
    return Shown(name, lambda _: f"Bearer {token()}", verdict)


def fetched(name: str, verdict: str, token: Callable[[str], str]) -> Shown:
    """Return a row whose token has to do with the address of a key set."""
    return Shown(name, lambda host: f"Bearer {token(host)}", verdict)


NO_TOKEN = [
    Shown("no header at all", lambda _: None, "absent"),
    Shown("an empty header", lambda _: "", "absent"),
    Shown("a scheme without a token", lambda _: "Bearer ", "absent"),
    Shown("another scheme", lambda _: f"Basic {good()}", "absent"),
    Shown("a token without its scheme", lambda _: good(), "absent"),
    Shown("two tokens in one header", lambda _: f"Bearer {good()}, Bearer {good()}", "malformed"),
    bearing("no token but words", "malformed", lambda: "a.b.c"),
]
FORM = [
    bearing("two parts", "malformed", lambda: good().rpartition(".")[0]),
    bearing("four parts", "malformed", lambda: f"{good()}.{part('more')}"),
    bearing("five parts, as an encrypted token has", "malformed", lambda: f"{good()}.aa.bb"),
    bearing("a detached payload", "malformed", lambda: signed(header(), b"", key("k1")).strip(".")),
    bearing("padding", "malformed", lambda: f"{good()}=="),
    bearing("letters of plain base64", "malformed", lambda: cut(good(), lambda s: "+/" + s[2:])),
    bearing("a line break", "malformed", lambda: cut(good(), lambda s: s[:9] + "%0a" + s[9:])),
    bearing("a header that is no JSON", "malformed", lambda: signed("{alg", claims())),
    bearing("a header that is a list", "malformed", lambda: signed(["ES384"], claims())),
    bearing("claims that are no JSON", "malformed", lambda: signed(header(), "exp")),
    bearing("claims that are text", "malformed", lambda: signed(header(), '"exp"')),
    bearing("claims that are no UTF-8", "malformed", lambda: signed(header(), b'{"iss": "\xff"}')),
    bearing("iss twice", "malformed", lambda: signed(header(), twice("iss"))),
    bearing("aud twice", "malformed", lambda: signed(header(), twice("aud"))),
    bearing(
        "alg twice in the header",
        "malformed",
        lambda: signed('{"alg": "none", ' + json.dumps(header())[1:], claims()),
    ),
    bearing("a token of 9,000 characters", "oversized", lambda: good(note="x" * 9000)),
    bearing("a header of 9,000 characters", "oversized", lambda: headed(note="x" * 9000)),
    bearing("claims nested 500 deep", "malformed", lambda: signed(header(), '{"a":' * 500)),
]
ALGORITHM = [
    bearing(
        "alg none, unsigned", "malformed", lambda: f"{part(header(alg='none'))}.{part(claims())}."
    ),
    bearing("alg none, with a signature", "algorithm", lambda: headed(alg="none")),
    bearing("alg NONE", "algorithm", lambda: headed(alg="NONE")),
    bearing("alg missing", "algorithm", lambda: headed(alg=None)),
    bearing("alg a list", "algorithm", lambda: headed(alg=["ES384"])),
    bearing("alg in lower case", "algorithm", lambda: headed(alg="es384")),
    bearing(
        "HS256 keyed with the public key as PEM", "algorithm", lambda: hmac("HS256", pem(key("k1")))
    ),
    bearing(
        "HS384 keyed with the public key as JWK",
        "algorithm",
        lambda: hmac("HS384", json.dumps(jwk(key("k1"), "k1", "ES384")).encode()),
    ),
    bearing("HS512 keyed with anything", "algorithm", lambda: hmac("HS512", b"secret" * 20)),
    bearing(
        "ES256 where ES384 is allowed",
        "algorithm",
        lambda: signed(header(alg="ES256"), claims(), key("k1-256", "ES256"), "ES256"),
    ),
    bearing(
        "alg ES384, signed on another curve",
        "signature",
        lambda: signed(header(), claims(), key("k1-256", "ES256"), "ES256"),
    ),
    bearing(
        "alg RS384 with an elliptic key's kid",
        "key",
        lambda: signed(header(alg="RS384"), claims(), key("rsa", "RS384"), "RS384"),
    ),
    bearing("RS384 with the key for it", "", lambda: by_key("r1", "RS384")),
    bearing(
        "RS512 where RS384 is allowed", "algorithm", lambda: by_key("r1", "RS384", alg="RS512")
    ),
    bearing(
        "PS384 where RS384 is allowed", "algorithm", lambda: by_key("r1", "RS384", alg="PS384")
    ),
]
HEADER = [
    bearing("typ missing", "", lambda: headed(typ=None)),
    bearing("typ in lower case", "", lambda: headed(typ="jwt")),
    bearing("typ of an access token", "type", lambda: headed(typ="at+jwt")),
    bearing("typ a number", "type", lambda: headed(typ=7)),
    bearing("crit with an extension", "critical", lambda: headed(crit=["exp"], exp=1)),
    bearing("crit empty", "critical", lambda: headed(crit=[])),
    bearing("b64 false", "critical", lambda: headed(b64=False, crit=["b64"])),
    bearing("b64 false, not critical", "critical", lambda: headed(b64=False)),
    bearing(
        "an embedded jwk that fits the signature",
        "signature",
        lambda: signed(header(jwk=jwk(key("mallory"), "k1", "ES384")), claims(), key("mallory")),
    ),
    fetched(
        "x5u with a trap behind it",
        "signature",
        lambda host: signed(header(x5u=f"{host}/trap"), claims(), key("mallory")),
    ),
    bearing(
        "x5c with a certificate of one's own",
        "signature",
        lambda: signed(header(x5c=["MIIB"]), claims(), key("mallory")),
    ),
    bearing("members nobody knows", "", lambda: headed(zip="DEF", epk={"a": 1}, x5t="x")),
]
KEY = [
    bearing("kid missing", "key-id", lambda: headed(kid=None)),
    bearing("kid empty", "key-id", lambda: headed(kid="")),
    bearing("kid a number", "key-id", lambda: headed(kid=1)),
    bearing("kid of 300 characters", "key-id", lambda: headed(kid="k" * 300)),
    bearing("kid unknown", "key", lambda: headed(kid="nope")),
    bearing("kid a path", "key", lambda: headed(kid="../../../../etc/passwd")),
    bearing("kid with SQL", "key", lambda: headed(kid="k1' OR '1'='1")),
    bearing("kid of this client's other key", "signature", lambda: headed(kid="a/b+c==")),
    bearing(
        "kid with slash, plus and equals signs, as Epic's have",
        "",
        lambda: signed(header(kid="a/b+c=="), claims(), key("slash")),
    ),
    bearing("kid of another client", "key", lambda: signed(header(kid="k2"), claims(), key("k2"))),
    bearing("signed with a strange key", "signature", lambda: signed(header(), claims(), key("m"))),
    bearing("an RSA key of 1,024 bits", "key", lambda: by_key("small", "RS384", 1024)),
    bearing("a key for encryption (use)", "key", lambda: by_key("enc")),
    bearing("a key for derivation (key_ops)", "key", lambda: by_key("decrypts")),
    bearing("a key whose own alg is another", "key", lambda: by_key("other-alg", "RS384")),
    bearing("a key of a smaller curve", "key", lambda: es("p256")),
    bearing("a key that is off its curve", "key", lambda: es("off-curve")),
    bearing("a symmetric key in the key set", "key", lambda: es("oct")),
    bearing("a key of nonsense in the key set", "key", lambda: es("odd")),
    bearing("a key without numbers", "key", lambda: es("no-numbers")),
    bearing("a published key", "", lambda: by_key("p1")),
]
ADDRESS = [
    fetched(
        "jku listed",
        "",
        lambda host: signed(header(kid="p1", jku=f"{host}/keys"), claims(iss=PUBLISHED), key("p1")),
    ),
    fetched("jku unlisted, with a trap behind it", "key-address", lambda host: at(f"{host}/trap")),
    fetched("jku below a listed one", "key-address", lambda host: at(f"{host}/keys/../trap")),
    fetched("jku with a query", "key-address", lambda host: at(f"{host}/keys?next=/trap")),
    fetched(
        "jku with the listed host as its user",
        "key-address",
        lambda host: at(f"http://published.example@{host.removeprefix('http://')}/trap"),
    ),
    fetched("jku at another port", "key-address", lambda host: at(f"{host[:-1]}/keys")),
    fetched("jku of another client", "key-address", lambda host: headed(jku=f"{host}/keys")),
    bearing("jku a file", "key-address", lambda: at("file:///etc/passwd")),
    bearing("jku a list", "key-address", lambda: at([])),
    bearing("jku null", "key-address", lambda: signed({**header(), "jku": None}, claims())),
    bearing("a listed jku that redirects", "key", lambda: good(iss=iss_of("moved"))),
    bearing("a listed jku that sends 10 MB", "key", lambda: good(iss=iss_of("huge"))),
    bearing("a listed jku that sends HTML", "key", lambda: good(iss=iss_of("html"))),
    bearing("a listed jku that never answers", "key", lambda: good(iss=iss_of("hangs"))),
]
TIME = [
    bearing("expired 10 minutes ago", "expiry", lambda: good(iat=ahead(-900), exp=ahead(-600))),
    bearing("expired 70 seconds ago", "expiry", lambda: good(iat=ahead(-300), exp=ahead(-70))),
    bearing("expired 50 seconds ago", "", lambda: good(iat=ahead(-300), exp=ahead(-50))),
    bearing("exp missing", "expiry", lambda: good(exp=None)),
    bearing("exp text", "expiry", lambda: good(exp=str(ahead(300)))),
    bearing("exp true", "expiry", lambda: good(exp=True)),
    bearing("exp with a fraction", "", lambda: good(exp=ahead(300) + 0.5)),
    bearing("exp of 30 digits", "expiry", lambda: good(exp=10**30)),
    bearing("exp infinite by its exponent", "expiry", lambda: raw_exp("1e999")),
    bearing("exp NaN", "malformed", lambda: raw_exp("NaN")),
    bearing("exp negative", "expiry", lambda: good(exp=-1)),
    bearing("exp in milliseconds", "lifetime", lambda: good(exp=ahead(300) * 600)),
    bearing("iat 10 minutes ahead", "issued", lambda: good(iat=ahead(600), exp=ahead(900))),
    bearing("iat 70 seconds ahead", "issued", lambda: good(iat=ahead(70))),
    bearing("iat 50 seconds ahead", "", lambda: good(iat=ahead(50))),
    bearing("iat missing", "issued", lambda: good(iat=None)),
    bearing("iat text", "issued", lambda: good(iat="now")),
    bearing("nbf 10 minutes ahead", "not-before", lambda: good(nbf=ahead(600))),
    bearing("nbf text", "not-before", lambda: good(nbf="now")),
    bearing(
        "RS384, nbf 5 minutes ago and 15 minutes to live, as Epic's",
        "",
        lambda: by_key("r1", "RS384", nbf=ahead(-300), exp=ahead(900)),
    ),
    bearing("an hour to live", "lifetime", lambda: good(exp=ahead(3600))),
    bearing(
        "a longer life than this client's may have", "lifetime", lambda: second(exp=ahead(300))
    ),
    bearing("expired before it was made", "lifetime", lambda: good(iat=ahead(30), exp=ahead(10))),
]
CLAIMS = [
    bearing(
        "aud of another site", "audience", lambda: good(aud=to("/t/other/cds-services/visit-check"))
    ),
    bearing("aud of another service", "audience", lambda: good(aud=to("/t/clinic/cds-services/x"))),
    bearing("aud of feedback", "audience", lambda: good(aud=to(f"{HERE}/feedback"))),
    bearing("aud of discovery", "audience", lambda: good(aud=to("/t/clinic/cds-services"))),
    bearing("aud of the service as a whole", "audience", lambda: good(aud=PUBLIC)),
    bearing("aud of another host", "audience", lambda: good(aud=f"https://evil.example{HERE}")),
    bearing(
        "aud of the host in the request", "audience", lambda: good(aud=f"http://localhost{HERE}")
    ),
    bearing("aud with a slash more", "audience", lambda: good(aud=f"{PUBLIC}{HERE}/")),
    bearing("aud with ours inside", "audience", lambda: good(aud=f"{PUBLIC}{HERE}.evil.example")),
    bearing("aud missing", "audience", lambda: good(aud=None)),
    bearing("aud empty", "audience", lambda: good(aud="")),
    bearing("aud an empty list", "audience", lambda: good(aud=[])),
    bearing("aud an object", "audience", lambda: good(aud={PUBLIC + HERE: True})),
    bearing("aud a list with ours", "", lambda: good(aud=["https://a.example", PUBLIC + HERE])),
    bearing(
        "aud at the site's own public address",
        "",
        lambda: good(aud=f"https://proxy.example/cs{HERE}"),
    ),
    bearing("aud as listed for the client", "", lambda: good(aud="typed-by-the-site")),
    bearing(
        "aud as listed for another client", "audience", lambda: second(aud="typed-by-the-site")
    ),
    bearing("iss unknown", "issuer", lambda: good(iss="https://stranger.example")),
    bearing("iss of another site", "issuer", lambda: good(iss="https://elsewhere.example/fhir")),
    bearing("iss missing", "issuer", lambda: good(iss=None)),
    bearing("iss a list", "issuer", lambda: good(iss=["https://ehr.example/fhir"])),
    bearing("iss with a slash more", "issuer", lambda: good(iss="https://ehr.example/fhir/")),
    bearing(
        "iss of another client",
        "key",
        lambda: good(iss=SECOND, sub="client-2", tenant="site-2", exp=ahead(60)),
    ),
    bearing("sub and tenant as registered", "", second),
    bearing("sub of another", "subject", lambda: second(sub="client-1")),
    bearing("sub missing where one is registered", "subject", lambda: second(sub=None)),
    bearing("tenant of another", "subject", lambda: second(tenant="site-1")),
    bearing("jti missing", "token-id", lambda: good(jti=None)),
    bearing("jti empty", "token-id", lambda: good(jti="")),
    bearing("jti a number", "token-id", lambda: good(jti=7)),
    bearing("jti half a character", "malformed", lambda: good(jti="\ud800")),
    bearing("jti with a zero character", "", lambda: good(jti=f"\0{time.time_ns()}")),
    bearing("jti of 300 characters", "token-id", lambda: good(jti="j" * 300)),
    bearing("claims nobody knows", "", lambda: good(fhirUser="Practitioner/1", org="x")),
]
SIGNATURE = [
    bearing("signature cut short", "signature", lambda: cut(good(), lambda s: s[:-8])),
    bearing("signature empty", "malformed", lambda: cut(good(), lambda _: "")),
    bearing("signature of zeros", "signature", lambda: cut(good(), lambda _: part(bytes(96)))),
    bearing("signature with a bit flipped", "signature", lambda: cut(good(), flipped)),
    bearing(
        "signature of another token",
        "signature",
        lambda: cut(good(), lambda _: good().rpartition(".")[2]),
    ),
    bearing("signature in DER", "signature", der),
    bearing("signature twice as long", "signature", lambda: cut(good(), lambda s: s + s)),
    Shown("a good token", lambda _: f"Bearer {good()}", ""),
    Shown("a good token, the scheme in lower case", lambda _: f"bearer {good()}", ""),
    Shown("a good token, the scheme in capitals", lambda _: f"BEARER  {good()}", ""),
]


ROWS = [*NO_TOKEN, *FORM, *ALGORITHM, *HEADER, *KEY, *ADDRESS, *TIME, *CLAIMS, *SIGNATURE]

"""Tokens of an OpenID provider that answers on the loopback: proved, refused, keys rotated."""

import base64
import hmac
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import date

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import tokens
from hub.access import ClientKind, Permit, Role
from hub.clients import add_client, add_grant, add_login, block_client
from hub.database import Database
from hub.errors import AccessError, ConfigError
from hub.pools import open_read_pool
from hub.settings import Addresses, Settings
from hub.tokens import Issuer, Tokens, issuer_of
from tests.door.conftest import serving
from tests.rooms.access.provider import AUDIENCE, Provider, ec, rsa, unsigned
from tests.rooms.access.region import DEPARTMENT, put

pytestmark = pytest.mark.anyio
TODAY = date(2026, 3, 2)


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    with serving(made.app()) as url:
        made.url = url
        yield made


@pytest.fixture
async def checks(provider: Provider) -> AsyncIterator[Tokens]:
    async with httpx.AsyncClient(timeout=5) as client:
        yield Tokens(Issuer(url=provider.url, audience=AUDIENCE), client)


async def refused(checks: Tokens, token: str) -> str:
    with pytest.raises(AccessError) as caught:
        await checks.prove(token)
    assert token not in caught.value.message
    return caught.value.reason.removeprefix("access.")


async def test_client_credentials_become_a_token_that_proves_the_client(
    provider: Provider, checks: Tokens
) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{provider.url}/token", auth=("portal", "s3cret"))

    proved = await checks.prove(answer.json()["access_token"])

    assert ("portal", frozenset(Permit)) == (proved.subject, proved.permits)


async def test_keys_are_read_once_for_many_tokens(provider: Provider, checks: Tokens) -> None:
    for _ in range(20):
        await checks.prove(provider.token())

    assert 1 == provider.asked


HOUR = 3_600
NOW = int(time.time())
WRONG_CLAIMS = [
    ({"exp": NOW - HOUR}, "token_expired"),
    ({"exp": None}, "token_foreign"),
    ({"exp": "tomorrow"}, "token_foreign"),
    ({"exp": 10**20}, "token_foreign"),
    ({"nbf": NOW + HOUR}, "token_early"),
    ({"iat": NOW + HOUR}, "token_early"),
    ({"iss": "https://other.example"}, "token_foreign"),
    ({"iss": None}, "token_foreign"),
    ({"aud": "https://other.example"}, "token_foreign"),
    ({"aud": ["https://other.example"]}, "token_foreign"),
    ({"aud": None}, "token_foreign"),
    ({"aud": {"x": AUDIENCE}}, "token_foreign"),
    ({"sub": None}, "token_foreign"),
    ({"sub": ""}, "token_foreign"),
    ({"sub": 7}, "token_foreign"),
    ({"sub": None, "client_id": "portal", "azp": "portal"}, "token_foreign"),
]


@pytest.mark.parametrize(("claims", "reason"), WRONG_CLAIMS)
async def test_a_signed_token_with_a_wrong_claim_is_refused_by_its_reason(
    provider: Provider, checks: Tokens, claims: dict[str, object], reason: str
) -> None:
    assert reason == await refused(checks, provider.token(claims))


async def test_clocks_may_differ_a_little(provider: Provider, checks: Tokens) -> None:
    now = int(time.time())

    early = await checks.prove(provider.token({"nbf": now + 30, "iat": now + 30}))
    late = await checks.prove(provider.token({"exp": now - 30}))

    assert ["portal"] * 2 == [early.subject, late.subject]


def none_signed(provider: Provider) -> str:
    claims = {"iss": provider.url, "aud": AUDIENCE, "sub": "portal", "exp": NOW + HOUR}
    return unsigned({"alg": "none"}, claims)


def none_in_capitals(provider: Provider) -> str:
    claims = {"iss": provider.url, "aud": AUDIENCE, "sub": "portal", "exp": NOW + HOUR}
    return unsigned({"alg": "nOnE", "kid": "one"}, claims)


def hmac_by_the_public_key(provider: Provider) -> str:
    secret = provider.keys[0].as_pem(private=False)
    claims = {"iss": provider.url, "aud": AUDIENCE, "sub": "portal", "exp": NOW + HOUR}
    signed = unsigned({"alg": "HS256", "kid": "one"}, claims).rstrip(".")
    digest = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def by_another_key_of_the_same_name(provider: Provider) -> str:
    return provider.token(key=rsa("one"))


def with_a_key_of_its_own(provider: Provider) -> str:
    mine = rsa("mine")
    return provider.token(key=mine, header={"jwk": mine.as_dict(private=False)})


def with_an_address_of_keys(provider: Provider) -> str:
    return provider.token(key=rsa("far"), header={"jku": "http://127.0.0.1:1/jwks"})


def of_another_curve(provider: Provider) -> str:
    return provider.token(key=ec("one"), alg="ES256")


def critical(_: Provider) -> str:
    return unsigned({"alg": "RS256", "kid": "one", "crit": ["x"], "x": 1}, {"sub": "portal"}, "AA")


def another_kind(provider: Provider) -> str:
    return provider.token(header={"typ": "logout+jwt"})


def altered(provider: Provider) -> str:
    head, _, signature = provider.token().split(".")
    claims = provider.token({"sub": "director"}).split(".")[1]
    return f"{head}.{claims}.{signature}"


@pytest.mark.parametrize(
    ("forge", "reasons"),
    [
        (none_signed, {"token_untrusted"}),
        (none_in_capitals, {"token_untrusted"}),
        (hmac_by_the_public_key, {"token_untrusted"}),
        (by_another_key_of_the_same_name, {"token_untrusted"}),
        (with_a_key_of_its_own, {"token_untrusted"}),
        (with_an_address_of_keys, {"token_untrusted"}),
        (of_another_curve, {"token_untrusted", "token_malformed"}),
        (critical, {"token_untrusted"}),
        (another_kind, {"token_foreign"}),
        (altered, {"token_untrusted"}),
        (lambda _: "a.b.c", {"token_malformed", "token_untrusted"}),
        (lambda _: ".." + "A" * 9_000, {"token_malformed"}),
    ],
)
async def test_a_forged_token_is_refused(
    provider: Provider, checks: Tokens, forge: Callable[[Provider], str], reasons: set[str]
) -> None:
    assert await refused(checks, forge(provider)) in reasons


KNOWN = Provider(url="https://issuer.example", keys=[ec("one")])


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=60), st.text(max_size=200), st.binary(max_size=60))
async def test_no_text_breaks_the_check(header: str, claims: str, signature: bytes) -> None:
    parts = (header.encode(errors="replace"), claims.encode(errors="replace"), signature)
    token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(KNOWN.app())) as client:
        checks = Tokens(Issuer(url=KNOWN.url, audience=AUDIENCE), client)

        with pytest.raises(AccessError):
            await checks.prove(token)


async def test_a_new_key_is_found_and_an_old_one_serves_until_it_is_taken_away(
    provider: Provider, checks: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "APART_S", 0.0)
    old = provider.token()
    await checks.prove(old)
    provider.keys.append(rsa("two"))
    new = provider.token()
    beside = [(await checks.prove(token)).subject for token in (new, old)]
    del provider.keys[0]
    monkeypatch.setattr(tokens, "FRESH_S", 0.0)

    after = await refused(checks, old)

    assert ["portal", "portal"] == beside
    assert "token_untrusted" == after
    assert "portal" == (await checks.prove(new)).subject


async def test_unknown_keys_do_not_make_the_hub_ask_without_end(
    provider: Provider, checks: Tokens
) -> None:
    await checks.prove(provider.token())
    found = {await refused(checks, provider.token(key=rsa(f"k{n}"))) for n in range(3)}

    assert {"token_untrusted"} == found
    assert provider.asked <= 2


@pytest.mark.parametrize(
    "garbage", [b"<html>", b"[]", b'{"keys": 1}', b'{"keys": [{"kty": "oct"}]}']
)
async def test_an_issuer_that_answers_nonsense_is_one_that_does_not_answer(
    provider: Provider, checks: Tokens, garbage: bytes
) -> None:
    provider.garbage = garbage

    assert await refused(checks, provider.token()) in {"issuer_silent", "token_untrusted"}


async def test_known_keys_serve_while_the_issuer_is_silent(
    provider: Provider, checks: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    await checks.prove(provider.token())
    provider.silent = True
    monkeypatch.setattr(tokens, "APART_S", 0.0)
    monkeypatch.setattr(tokens, "FRESH_S", 0.0)
    served = await checks.prove(provider.token())
    monkeypatch.setattr(tokens, "STALE_S", 0.0)

    assert "portal" == served.subject
    assert "issuer_silent" == await refused(checks, provider.token())


async def test_a_scope_narrows_what_a_token_is_good_for(provider: Provider, checks: Tokens) -> None:
    proved = await checks.prove(provider.token({"scope": "openid hub:read hub:nothing"}))

    assert {Permit.READ} == proved.permits


async def test_a_token_is_the_client_whose_login_it_proves(
    provider: Provider, checks: Tokens, database: Database, addresses: Addresses
) -> None:
    async with database.writing() as session:
        await put(session)
        client = await add_client(session, name="Портал", kind=ClientKind.SYSTEM)
        await add_grant(session, client, Role.TERRITORY, DEPARTMENT)
        await add_login(session, client, issuer=provider.url, subject="portal")
    pool = await open_read_pool(addresses.web, statement_s=5)
    admitted = await checks.admit(pool, provider.token(), None, today=TODAY)
    with pytest.raises(AccessError) as unknown:
        await checks.admit(pool, provider.token({"sub": "director"}), None, today=TODAY)
    async with database.writing() as session:
        await block_client(session, client)
    with pytest.raises(AccessError) as blocked:
        await checks.admit(pool, provider.token(), None, today=TODAY)
    await pool.close()

    viewer = admitted.viewer
    assert (client, DEPARTMENT) == (viewer.client_id, viewer.authority_id)
    assert viewer.credential.startswith("login:")
    assert ["access.login_unknown", "access.client_blocked"] == [
        caught.value.reason for caught in (unknown, blocked)
    ]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"oidc_audience": "a", "oidc_algorithms": "HS256"},
        {"oidc_audience": "a", "oidc_algorithms": "RS256,none"},
        {"oidc_audience": "a", "oidc_algorithms": ""},
    ],
)
def test_an_issuer_that_is_described_by_half_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        issuer_of(Settings(oidc_issuer="https://вход.example", **said))


def test_without_an_issuer_no_tokens_are_taken() -> None:
    assert issuer_of(Settings()) is None

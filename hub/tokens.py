"""Signed tokens of an issuer that the hub knows: OAuth 2.0 client credentials and OpenID Connect.

A token proves a subject of the issuer; which client that is, the hub's own table of logins says.
Keys are read from the issuer (JWKS), kept, and read again when they are old or a token names one
that is not among them. Only asymmetric algorithms that the settings list are ever tried, whatever
a token says of itself, and never a key that a token brings along.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import structlog
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from hub.access import EVERY_PERMIT, Admitted, Permit, Standing, viewer_from
from hub.credentials import refuse_blocked
from hub.errors import AccessError, ConfigError
from hub.settings import Settings
from hub.uses import LOGIN

FRESH_S: Final = 600.0  # how long keys are used without a look
STALE_S: Final = 3_600.0  # how long they still serve while the issuer does not answer
APART_S: Final = 10.0  # between two looks, however many tokens name a key that is not there
LONGEST: Final = 8_192
# Asymmetric ones alone: with a shared secret, or none, whoever reads a token can make one.
ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
)
KINDS: Final = frozenset({"RSA", "EC", "OKP"})
TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
MALFORMED: Final = "access.token_malformed"
UNTRUSTED: Final = "access.token_untrusted"
FOREIGN: Final = "access.token_foreign"
EARLY: Final = "access.token_early"
EXPIRED: Final = "access.token_expired"
_MESSAGES: Final = {
    MALFORMED: "Это не токен: его не удалось прочитать.",
    UNTRUSTED: "Токен подписан не так или не тем, кому хаб доверяет.",
    FOREIGN: "Токен выдан другим издателем или не для хаба.",
    EARLY: "Токен ещё не действует: проверьте часы того, кто его выдал.",
    EXPIRED: "Срок токена истёк. Возьмите новый.",
}
PERMIT: Final = "hub:"  # scopes of a token that narrow what it is good for: hub:read, hub:export
CLIENT: Final = """
    select w.id as login_id, w.documents_only, now() as asked_at,
           coalesce((select version from access_version), -1) as version,
           w.client_id, l.name, l.kind, l.blocked_at, g.role, g.organisation_id, g.purposes,
           (select id from organisation where kind = 'MINISTRY' order by id limit 1) as root_id
    from client_login w
    join client l on l.id = w.client_id
    left join access_grant g on g.client_id = w.client_id and g.starts <= $3 and g.ends > $3
    where w.issuer = $1 and w.subject = $2
    order by g.id
"""
Json = Any  # what an issuer sent
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who signs tokens for the hub, and what is expected of them."""

    url: str
    audience: str
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256")
    jwks_url: str = ""  # found by discovery where it is not said
    subject_claim: str = "sub"
    leeway_s: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What a token proves: a subject of the issuer, until a moment, for some purposes."""

    subject: str
    until: datetime
    permits: frozenset[Permit]


def issuer_of(settings: Settings) -> Issuer | None:
    """Read the issuer from the settings; none where none is named, ConfigError where half is."""
    if not settings.oidc_issuer:
        return None
    algorithms = tuple(one.strip() for one in settings.oidc_algorithms.split(",") if one.strip())
    if not settings.oidc_audience or not algorithms or not ALGORITHMS.issuperset(algorithms):
        raise ConfigError(
            "Издатель токенов назван не полностью: нужны HUB_OIDC_AUDIENCE и алгоритмы из "
            f"{', '.join(sorted(ALGORITHMS))}.",
            code="config.issuer",
        )
    return Issuer(
        url=settings.oidc_issuer,
        audience=settings.oidc_audience,
        algorithms=algorithms,
        jwks_url=settings.oidc_jwks_url,
        subject_claim=settings.oidc_subject_claim,
        leeway_s=settings.oidc_leeway_s,
    )


class IssuerSilentError(AccessError):
    """Издатель токенов не отвечает, проверить токен нечем. Повторите через минуту."""

    code = "access.issuer_silent"


def is_token(presented: str) -> bool:
    """Tell a signed token from a key of the hub by its form alone."""
    return presented.count(".") == 2 and not presented.startswith("hub_")  # noqa: PLR2004 - header, claims, signature


class Tokens:
    """Checks the tokens of one issuer; one a process."""

    def __init__(self, issuer: Issuer, http: httpx.AsyncClient) -> None:
        self._issuer = issuer
        self._keys = Keys(issuer, http)
        self._claims = jwt.JWTClaimsRegistry(
            leeway=issuer.leeway_s,
            iss={"essential": True, "value": issuer.url},
            aud={"essential": True, "value": issuer.audience},
            exp={"essential": True},
        )

    async def admit(
        self, raw: asyncpg.Pool, token: str, scope: UUID | None, *, today: date
    ) -> Admitted:
        """Return the client behind a token; raises AccessError whose reason says what is wrong."""
        proved = await self.prove(token)
        rows = await raw.fetch(CLIENT, self._issuer.url, proved.subject, today)
        if not rows:
            raise AccessError(
                "Издатель вас знает, а хаб — нет. Попросите оператора записать вход.",
                code="access.login_unknown",
            )
        found = rows[0]
        refuse_blocked(found["blocked_at"])
        until = min(proved.until, found["asked_at"] + timedelta(minutes=1))
        credential = f"{LOGIN}{found['login_id']}"
        return Admitted(
            viewer=viewer_from(rows, scope, credential=credential, permits=proved.permits),
            standing=Standing(version=found["version"], until=until),
        )

    async def prove(self, token: str) -> Proved:
        """Check the signature and the claims of a token; raises AccessError."""
        claims = dict(await self._signed(token))
        try:
            self._claims.validate(claims)
            ends = datetime.fromtimestamp(claims["exp"], UTC)
        except ExpiredTokenError as error:
            raise _refused(EXPIRED) from error
        except InvalidClaimError as error:
            early = error.claim in {"nbf", "iat"}
            raise _refused(EARLY if early else FOREIGN) from error
        except (JoseError, TypeError, ValueError, OverflowError, OSError) as error:
            raise _refused(FOREIGN) from error
        return Proved(
            subject=_subject(claims.get(self._issuer.subject_claim)),
            until=ends + timedelta(seconds=self._issuer.leeway_s),
            permits=_permits(claims.get("scope")),
        )

    async def _signed(self, token: str) -> Mapping[str, Json]:
        if len(token) > LONGEST:
            raise _refused(MALFORMED)
        try:
            return self._decoded(token, await self._keys.known())
        except InvalidKeyIdError:
            keys = await self._keys.renewed()
        try:
            return self._decoded(token, keys)
        except InvalidKeyIdError as error:
            raise _refused(UNTRUSTED) from error

    def _decoded(self, token: str, keys: KeySet) -> Mapping[str, Json]:
        try:
            decoded = jwt.decode(token, keys, algorithms=list(self._issuer.algorithms))
        except InvalidKeyIdError:
            raise
        except JoseError as error:
            raise _refused(UNTRUSTED) from error
        except (ValueError, TypeError, RecursionError) as error:
            raise _refused(MALFORMED) from error
        if str(decoded.header.get("typ", "JWT")).lower() not in TYPES:
            raise _refused(FOREIGN)
        return decoded.claims


class Keys:
    """The issuer's public keys, read when first needed and then now and again."""

    def __init__(self, issuer: Issuer, http: httpx.AsyncClient) -> None:
        self._issuer = issuer
        self._http = http
        self._kept: KeySet | None = None
        self._read_at = self._looked_at = float("-inf")
        self._lock = asyncio.Lock()

    async def known(self) -> KeySet:
        """Return the keys as they were read last, if that is not long ago."""
        if self._kept and time.monotonic() - self._read_at < FRESH_S:
            return self._kept
        return await self.renewed()

    async def renewed(self) -> KeySet:
        """Read the keys again, unless that was just done; raises IssuerSilentError."""
        async with self._lock:
            if time.monotonic() - self._looked_at >= APART_S:
                self._looked_at = time.monotonic()
                await self._read()
        if self._kept is None or time.monotonic() - self._read_at > STALE_S:
            raise IssuerSilentError
        return self._kept

    async def _read(self) -> None:
        try:
            url = self._issuer.jwks_url or (await self._discovered())
            self._kept = _key_set((await self._fetched(url)).get("keys"))
            self._read_at = time.monotonic()
        except (httpx.HTTPError, httpx.InvalidURL, JoseError, ValueError, AttributeError) as error:
            _log.warning("tokens.keys_not_read", error=type(error).__name__)

    async def _discovered(self) -> str:
        base = self._issuer.url.rstrip("/")
        found = await self._fetched(f"{base}/.well-known/openid-configuration")
        if found.get("issuer") != self._issuer.url:
            raise ValueError("another issuer")
        return str(found["jwks_uri"])

    async def _fetched(self, url: str) -> Mapping[str, Json]:
        answer = await self._http.get(url)
        answer.raise_for_status()
        found: Mapping[str, Json] = answer.json()
        return found


def _key_set(listed: Json) -> KeySet:
    if not isinstance(listed, Sequence):
        raise ValueError("no keys")  # noqa: TRY004 - what an issuer sent is wrong, not a type of ours
    usable = [one for one in listed if one["kty"] in KINDS and one.get("use", "sig") == "sig"]
    public = [{name: one[name] for name in one if name != "d"} for one in usable]
    return KeySet.import_key_set({"keys": public})


def _permits(scope: Json) -> frozenset[Permit]:
    """Read what a token is good for; one that says nothing of the hub is good for everything."""
    words = scope.split() if isinstance(scope, str) else []
    named = {word.removeprefix(PERMIT).upper() for word in words if word.startswith(PERMIT)}
    return frozenset(one for one in Permit if one.value in named) if named else EVERY_PERMIT


def _subject(value: Json) -> str:
    if not isinstance(value, str) or not value:
        raise _refused(FOREIGN)
    return value


def _refused(code: str) -> AccessError:
    return AccessError(_MESSAGES[code], code=code)

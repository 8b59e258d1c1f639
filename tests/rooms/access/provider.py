"""A small OpenID provider on the loopback: discovery, keys that rotate, tokens for client credentials."""

import base64
import json
import time
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Json = Any
AUDIENCE = "https://hub.example/graphql"
SECRETS = {"portal": "s3cret"}


def rsa(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


@dataclass
class Provider:
    """The provider and what a test turns: its keys, whether it answers, how often it was asked."""

    url: str = ""
    keys: list[Any] = field(default_factory=lambda: [rsa("one")])
    silent: bool = False
    garbage: bytes | None = None
    asked: int = 0

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/jwks", self._jwks),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _discovery(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/jwks",
                "token_endpoint": f"{self.url}/token",
            }
        )

    async def _jwks(self, _: Request) -> Response:
        self.asked += 1
        if self.silent:
            return Response(status_code=503)
        if self.garbage is not None:
            return Response(self.garbage, media_type="application/json")
        return JSONResponse(KeySet(self.keys).as_dict(private=False))

    async def _token(self, request: Request) -> Response:
        given = request.headers.get("Authorization", "").removeprefix("Basic ")
        name, _, secret = base64.b64decode(given).decode().partition(":")
        if SECRETS.get(name) != secret:
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        token = self.token({"sub": name})
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 300})

    def token(
        self,
        claims: Json = None,
        header: Json = None,
        *,
        key: RSAKey | ECKey | None = None,
        alg: str = "RS256",
    ) -> str:
        """Sign a token that is right but for what a test says; None takes a claim away."""
        now = int(time.time())
        full = {
            "iss": self.url, "aud": AUDIENCE, "sub": "portal", "iat": now, "exp": now + 300,
        } | (claims or {})  # fmt: skip
        kept = {name: value for name, value in full.items() if value is not None}
        signing = key or self.keys[-1]
        head = {"alg": alg, "kid": signing.kid} | (header or {})
        head = {name: value for name, value in head.items() if value is not None}
        return jwt.encode(head, kept, signing, algorithms=[alg])


def unsigned(header: Json, claims: Json, signature: str = "") -> str:
    """Write a token by hand, as no library would."""
    parts = [json.dumps(part).encode() for part in (header, claims)]
    listed = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts]
    return ".".join([*listed, signature])


def ec(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})

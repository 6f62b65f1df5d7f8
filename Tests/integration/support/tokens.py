"""Tokens as an application's backend makes them, and the configuration of the key that verifies them."""

import time

import jwt

SECRET = "the integration tests sign with these bytes"


def keys(secret: str = SECRET, kid: str = "main") -> dict:
    """The section `tokens` with one HS256 key."""
    return {"keys": {kid: {"algorithm": "HS256", "secret": secret}}}


def sign(claims: dict, secret: str = SECRET, kid: str | None = None) -> str:
    return jwt.encode(claims, secret, "HS256", {"kid": kid} if kid else None)


def connection(user: str, *, ttl: float | None = 3600, secret: str = SECRET, kid: str | None = None, **claims) -> str:
    """A connection token; `ttl=None` leaves out when it expires."""
    expiry = {} if ttl is None else {"exp": int(time.time() + ttl)}
    return sign({"sub": user} | expiry | claims, secret, kid)


def subscription(user: str, channel: str, *, ttl: float | None = 3600, secret: str = SECRET, **claims) -> str:
    return connection(user, ttl=ttl, secret=secret, channel=channel, **claims)

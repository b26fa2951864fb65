"""The id token: who the provider says has logged in, believed only when everything fits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # has no types
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jws import JWSRegistry

from tierlock.core import InputError
from tierlock.server.identity.logins import LASTS, Login
from tierlock.server.identity.people import Known
from tierlock.server.identity.provider import Answer, OpenProvider

ALGORITHMS: Final = (
    "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512",
)  # fmt: skip
"""Signatures by a private key only: with a shared secret, whoever verifies could also sign."""
SKEW: Final = 60
"""Seconds that two clocks may differ."""
_MOST_TOKEN: Final = 64_000
_MOST_SUBJECT: Final = 255
_MOST_GROUPS: Final = 1000


def verify_answer(answer: Answer, *, provider: OpenProvider, login: Login, at: datetime) -> Known:
    """Return whom the provider vouches for.

    Follows OpenID Connect Core 1.0 section 3.1.3.7: signature, issuer, audience, authorized party,
    expiry, issue time, nonce; the access token's hash where there is one.

    Args:
        answer: what the provider gave for the code.
        provider: with its keys.
        login: the login that it answers.
        at: now.

    Raises:
        InputError: `account.login`, something does not fit; `account.provider`.
    """
    claims = _verified(answer, provider=provider, login=login, at=at)
    settings = provider.settings
    wanted = {settings.name_claim, settings.groups_claim}
    if not wanted <= set(claims):
        more = provider.userinfo(answer.access_token)
        if more and more.get("sub") != claims["sub"]:
            raise _unfit("its user information is about somebody else")
        # What was signed counts before what was only sent.
        claims = {**more, **claims}
    return Known(
        issuer=settings.issuer,
        subject=claims["sub"],
        name=_name(claims, claim=settings.name_claim),
        groups=_groups(claims.get(settings.groups_claim)),
    )


def _verified(
    answer: Answer, *, provider: OpenProvider, login: Login, at: datetime
) -> dict[str, Any]:
    settings, now = provider.settings, int(at.timestamp())
    if len(answer.id_token) > _MOST_TOKEN:
        raise _unfit("it is too long")
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    try:
        try:
            token = jwt.decode(answer.id_token, provider.keys(), registry=registry)
        except InvalidKeyIdError:
            # The provider may have changed its keys since they were fetched.
            token = jwt.decode(answer.id_token, provider.keys(fresh=True), registry=registry)
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": settings.issuer},
                "aud": {"essential": True, "value": settings.client_id},
                "sub": {"essential": True},
                "nonce": {"essential": True, "value": login.nonce},
            },
            {
                "client_id": settings.client_id,
                "nonce": login.nonce,
                "access_token": answer.access_token,
            },
        )
        claims.validate(now=now, leeway=SKEW)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unfit(str(error) or type(error).__name__) from None
    _check_more(claims, login=login, now=now, client_id=settings.client_id)
    return dict(claims)


def _check_more(claims: Mapping[str, Any], *, login: Login, now: int, client_id: str) -> None:
    """What the library leaves open."""
    subject, issued = claims["sub"], claims["iat"]
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if (
        not isinstance(subject, str)
        or not 0 < len(subject) <= _MOST_SUBJECT
        or not (subject.isascii() and subject.isprintable())
    ):
        raise _unfit("it names nobody")
    if len(audience) > 1 and claims.get("azp") != client_id:
        raise _unfit("it is made out to others too, and not to this server in particular")
    if not isinstance(issued, int | float) or isinstance(issued, bool):
        raise _unfit("it does not say when it was issued")
    if not login.made_at - SKEW <= issued <= min(now, login.made_at + LASTS) + SKEW:
        raise _unfit("it was not issued for this login")


def _name(claims: Mapping[str, Any], *, claim: str) -> str:
    name = claims.get(claim)
    if not isinstance(name, str):
        raise _unfit(f"nothing says `{claim}`")
    # Whoever may type in any address would otherwise become its owner.
    if claim == "email" and claims.get("email_verified") is not True:
        raise _unfit("the e-mail address is not verified")
    return name


def _groups(said: object) -> tuple[str, ...]:
    found = [said] if isinstance(said, str) else said
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise _unfit("its groups are no list of names")
    if len(found) > _MOST_GROUPS:
        raise _unfit("it names too many groups")
    return tuple(found)


def _unfit(why: str) -> InputError:
    return InputError(
        "account.login",
        f"the provider's answer does not hold: {why}",
        hint="begin again; if it stays so, an administrator looks at the provider's settings",
    )

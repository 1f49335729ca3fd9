"""Who asks, and what they may do."""

from flask import Flask, current_app, g, request
from werkzeug.exceptions import Unauthorized

from masagraph.errors import InputError, RefusedError
from masagraph.store.contract import StoreError
from masagraph.tokens import Token, Tokens

_TOKENS = "masagraph-tokens"


class _TokenError(Unauthorized):
    """A token is missing or wrong; the answer says what kind of credentials are wanted (RFC 6750, 3)."""

    def __init__(self, what: str, fault: str | None = None) -> None:
        super().__init__(what)
        self._wanted = 'Bearer realm="masagraph"' + (f', error="{fault}"' if fault else "")

    def get_headers(self, *given: object, **named: object) -> list[tuple[str, str]]:
        """Return the headers."""
        return [*super().get_headers(*given, **named), ("WWW-Authenticate", self._wanted)]  # type: ignore[arg-type]


def init_app(app: Flask, tokens: Tokens) -> None:
    """Refuse requests whose token is wrong, wherever they go; those without one go on.

    It comes after `limits`, so that wrong tokens count as requests of their address.
    """
    app.extensions[_TOKENS] = tokens
    app.before_request(_refuse_wrong)


def caller() -> Token | None:
    """Return the token of the request; None if it has none, or a wrong or revoked one.

    Raises:
        StoreError: The tokens cannot be read. Nobody is let in then.
    """
    if "token" not in g:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        tokens: Tokens = current_app.extensions[_TOKENS]
        try:
            g.token = tokens.find(secret.strip()) if scheme.lower() == "bearer" else None
        except InputError:
            g.token = None
            raise StoreError("Tokens cannot be looked up now. Whoever runs this service should look after its folder.") from None
    token: Token | None = g.token
    return token


def require(*roles: str) -> Token:
    """Return the token of the request if it is of one of these roles, or an admin's.

    Raises:
        Unauthorized: There is none.
        RefusedError: It is of another role.
    """
    token = _some_token()
    if not token.is_admin and token.role not in roles:
        needed = " or ".join(dict.fromkeys((*roles, "admin")))
        raise RefusedError(f"A token of role {token.role} may not do that. It takes one of role {needed}.")
    return token


def require_admin() -> Token:
    """Return the token of the request if it is an admin's.

    Raises:
        Unauthorized: There is none.
        RefusedError: It is of another role.
    """
    return require("admin")


def require_publisher(arrangement_key: str) -> Token:
    """Return the token of the request if it may publish an arrangement.

    Args:
        arrangement_key: What the address of the arrangement ends with.

    Raises:
        Unauthorized: There is none.
        RefusedError: It may not.
    """
    token = _some_token()
    if not token.may_publish(arrangement_key):
        raise RefusedError(f"This token may not publish '{arrangement_key}'. Ask whoever runs this service to widen its scope.")
    return token


def _refuse_wrong() -> None:
    if "Authorization" in request.headers and caller() is None:
        raise _TokenError("The token is wrong or revoked, or not sent as 'Authorization: Bearer TOKEN'.", "invalid_token")


def _some_token() -> Token:
    token = caller()
    if token is None:
        raise _TokenError("This needs a token. Send one as 'Authorization: Bearer TOKEN'.")
    return token

"""Who may write: bearer tokens, of which only a digest is kept."""

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from masagraph.errors import InputError

ROLES = ("publisher", "facilitator", "admin")
"""A publisher publishes the arrangements of its scope, a facilitator any arrangement; an admin does everything."""
_MARK = "masa_"
"""Secrets begin so, for whoever searches files for what was left lying about."""
_LONGEST = 100
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PERSONAL = re.compile(r"@|\d[\d ()-]{7,}\d")


@dataclass(frozen=True)
class Token:
    """A token as it is kept: all but its secret.

    `id` names it in lists and logs, `scope` holds the keys of the arrangements that a publisher publishes, and `label` is the
    post or the system that uses it.
    """

    id: str
    role: str
    scope: tuple[str, ...]
    label: str
    created: date
    revoked: date | None = None

    @property
    def is_admin(self) -> bool:
        """Tell whether it may do everything."""
        return self.role == "admin"

    def may_publish(self, arrangement_key: str) -> bool:
        """Tell whether it may publish and remove versions of an arrangement."""
        return self.role in ("admin", "facilitator") or arrangement_key in self.scope


@dataclass(frozen=True)
class _Kept:
    token: Token
    digest: str


class Tokens:
    """The tokens of one folder. What another process changes there is seen at the next call."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which need not be there yet."""
        self._folder, self._file = folder, folder / "tokens.json"
        self._seen: tuple[tuple[int, ...], tuple[_Kept, ...]] | None = None

    def create(self, role: str, label: str, scope: tuple[str, ...] = ()) -> tuple[Token, str]:
        """Make a token and return it with its secret, which is kept nowhere.

        Args:
            role: One of `ROLES`.
            label: The post or the system that will use it; not a person.
            scope: The keys of the arrangements that a publisher may publish; nobody else has one.

        Raises:
            InputError: What is asked for is wrong, or it cannot be stored.
        """
        _fit(role, label, scope)
        secret = _MARK + secrets.token_urlsafe(32)
        with self._locked():
            kept = self._read()
            taken = {k.token.id for k in kept}
            name = next(n for n in iter(lambda: secrets.token_hex(4), None) if n not in taken)
            token = Token(name, role, tuple(dict.fromkeys(scope)), label.strip(), _today())
            self._write((*kept, _Kept(token, _digest(secret))))
        return token, secret

    def listed(self) -> tuple[Token, ...]:
        """Return the tokens, the oldest first.

        Raises:
            InputError: They cannot be read.
        """
        return tuple(k.token for k in self._read())

    def revoke(self, name: str) -> Token:
        """Revoke a token by its id, and return it. One that is revoked already stays as it was.

        Raises:
            InputError: There is no such token, or it cannot be stored.
        """
        if not self._file.exists():
            raise self._missing(name)
        with self._locked():
            kept = self._read()
            found = next((k for k in kept if k.token.id == name), None)
            if found is None:
                raise self._missing(name)
            if found.token.revoked is None:
                token = replace(found.token, revoked=_today())
                self._write(tuple(replace(k, token=token) if k is found else k for k in kept))
                return token
            return found.token

    def find(self, secret: str) -> Token | None:
        """Return the token of a secret; None if there is none or it is revoked.

        Raises:
            InputError: The tokens cannot be read.
        """
        if not secret.startswith(_MARK) or len(secret) > _LONGEST or not secret.isascii():
            return None
        digest = _digest(secret)
        # Each comparison takes the same time, and all are made: how long it takes tells nothing of what is kept.
        found = [k.token for k in self._read() if hmac.compare_digest(k.digest, digest)]
        return next((token for token in found if token.revoked is None), None)

    def _missing(self, name: str) -> InputError:
        return InputError(name, f"there is no such token in {self._folder}", "'masagraph token list' tells which there are")

    def _read(self) -> tuple[_Kept, ...]:
        """Read the file if it is not the one that was read last."""
        try:
            state = self._file.stat()
            stamp = (state.st_ino, state.st_mtime_ns, state.st_ctime_ns, state.st_size)
            if self._seen is None or self._seen[0] != stamp:
                # The stamp is the older of the two: what changes in between is read again.
                self._seen = stamp, tuple(_kept(entry) for entry in json.loads(self._file.read_bytes()))
            return self._seen[1]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise InputError(str(self._file), f"it cannot be read ({error.strerror})", "Let this user read it") from None
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InputError(str(self._file), "it holds no tokens", "Restore it, or remove it and make new tokens") from None

    def _write(self, kept: tuple[_Kept, ...]) -> None:
        """Write the file whole or not at all, for this user's eyes only."""
        text = json.dumps([_told(k) for k in kept], ensure_ascii=False, indent=1) + "\n"
        draft = None
        try:
            with NamedTemporaryFile("w", encoding="utf-8", dir=self._folder, prefix="tokens.", delete=False) as draft:
                os.fchmod(draft.fileno(), 0o600)
                draft.write(text)
                draft.flush()
                os.fsync(draft.fileno())
            Path(draft.name).replace(self._file)
        except OSError as error:
            if draft is not None:
                Path(draft.name).unlink(missing_ok=True)
            raise _unwritable(self._folder, error) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process change the tokens at a time: two commands at once lose none."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._folder / "tokens.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unwritable(self._folder, error) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _digest(secret: str) -> str:
    # A plain hash is enough: it hides 256 random bits, which nobody can go through. A slow one, as for passwords, would only slow
    # every request down.
    return hashlib.sha256(secret.encode()).hexdigest()


def _today() -> date:
    return datetime.now(UTC).date()


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(str(folder), f"tokens cannot be stored there ({error.strerror})", "Choose a folder that can be written")


def _told(kept: _Kept) -> dict[str, object]:
    told = asdict(kept.token)
    day = kept.token.revoked
    return {**told, "created": kept.token.created.isoformat(), "revoked": day and day.isoformat(), "sha256": kept.digest}


def _kept(entry: dict[str, str]) -> _Kept:
    revoked = entry["revoked"]
    token = Token(
        id=entry["id"],
        role=entry["role"],
        scope=tuple(entry["scope"]),
        label=entry["label"],
        created=date.fromisoformat(entry["created"]),
        revoked=date.fromisoformat(revoked) if revoked else None,
    )
    if token.role not in ROLES or re.fullmatch("[0-9a-f]{64}", entry["sha256"]) is None:
        raise ValueError("no token")
    return _Kept(token, entry["sha256"])


def _fit(role: str, label: str, scope: tuple[str, ...]) -> None:
    if role not in ROLES:
        raise InputError("role", f"there is no '{role}'", f"Choose one of {', '.join(ROLES)}")
    if role == "publisher" and not scope:
        raise InputError("scope", "a publisher has none", "Name the arrangements that it may publish, such as barnet")
    if role != "publisher" and scope:
        raise InputError("scope", f"a token of role {role} has one", "Leave it out: it is not bound to any arrangement")
    for key in scope:
        if _KEY.fullmatch(key) is None:
            raise InputError("scope", f"'{key}' is no key of an arrangement", "Write it as its address ends, such as barnet")
    if not label.strip() or not label.isprintable() or len(label) > _LONGEST:
        raise InputError("label", f"it is empty, not one line, or longer than {_LONGEST} characters", "Name a post or a system")
    if _PERSONAL.search(label):
        raise InputError("label", "it looks like a person's address or number", "Name a post or a system")

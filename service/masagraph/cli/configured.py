"""Settings on the command line, and the store that they name."""

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

from masagraph import settings
from masagraph.settings import Settings
from masagraph.store.contract import Place
from masagraph.store.embedded import Embedded

OF_THE_STORE = ("data", "store", "store_update", "store_graphs", "store_user", "store_seconds", "keep_generations")
"""The settings that say where the data stand."""


def add_options(parser: argparse.ArgumentParser, names: Iterable[str]) -> None:
    """Add settings as options, and the file of settings."""
    parser.add_argument("--settings", metavar="FILE", help="a TOML file with one line a setting; see docs/settings.md")
    known = settings.known()
    for setting in (known[name] for name in names):
        if setting.flag is None:
            continue
        if isinstance(setting.default, bool):
            parser.add_argument(setting.flag, dest=setting.name, action="store_const", const="true", help=setting.meaning)
        else:
            shown = f" (default: {setting.default})" if str(setting.default) else ""
            told = f"{setting.meaning}{shown}".replace("%", "%%")
            parser.add_argument(setting.flag, dest=setting.name, metavar=setting.name.rsplit("_", 1)[-1].upper(), help=told)


def read(call: argparse.Namespace) -> Settings:
    """Return the settings of a call, with those of the environment and the file.

    Raises:
        InputError: A value is wrong, or a name is unknown.
    """
    options = {name: getattr(call, name, None) for name in settings.known()}
    return settings.read(options, os.environ, None if call.settings is None else Path(call.settings))


def place(known: Settings) -> Place:
    """Return the store that settings name: the embedded one, or a server's."""
    if not known.store:
        return Embedded(known.data / "store", known.keep_generations)
    # Imported when asked for: nobody else needs the library that talks to servers.
    from masagraph.store.remote import Remote  # noqa: PLC0415
    from masagraph.store.server import Server  # noqa: PLC0415

    return Remote(
        Server(
            query=known.store,
            update=known.store_update or known.store,
            graphs=known.store_graphs or None,
            user=known.store_user or None,
            password=known.store_password or None,
            token=known.store_token or None,
            seconds=known.store_seconds,
        )
    )

"""Put the service together: one app, its rooms, and what stands round every request."""

from flask import Flask

from masagraph.settings import Settings
from masagraph.store.contract import Place
from masagraph.tokens import Tokens
from masagraph.web import service as services
from masagraph.web.around import access, errors, guards, health, limits, logs, metrics
from masagraph.web.service import Service
from masagraph.web.views import (
    admin,
    admin_graphs,
    arrangements,
    checking,
    dataset_description,
    downloads,
    graphs,
    openapi,
    pages,
    questions,
    register,
    rules,
    sparql,
    things,
)

_VIEWS = (
    admin,
    admin_graphs,
    arrangements,
    checking,
    dataset_description,
    downloads,
    graphs,
    openapi,
    pages,
    questions,
    register,
    rules,
    sparql,
    things,
)


def create_app(settings: Settings, place: Place) -> tuple[Flask, Service]:
    """Return the app of a store, and the service behind it, which whoever made it closes.

    Args:
        settings: How it is set.
        place: Where its data are.

    Raises:
        StoreError: The store cannot be opened for writing.
        InputError: The log cannot be written.
    """
    tokens = Tokens(settings.data)
    app = Flask(__name__)
    # Else `//` would lead to `/` on whatever host the client names, and out of the path of the public address.
    app.url_map.merge_slashes = False
    # In this order: the log sees every request, limits count those with wrong tokens too.
    logs.init_app(app, settings.log)
    service = Service(settings, place)
    services.install(app, service)
    errors.init_app(app)
    metrics.init_app(app, counts=lambda: service.counts, generation=service.number)
    limits.init_app(app, settings)
    access.init_app(app, tokens)
    guards.init_app(app, settings)
    health.init_app(app, service.missing)
    pages.init_app(app, settings)
    downloads.init_app(settings)
    for view in _VIEWS:
        app.register_blueprint(view.blueprint)
    return app, service

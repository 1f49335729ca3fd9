"""What the service counts, for Prometheus to fetch."""

import time
from collections.abc import Callable, Iterator
from functools import cache

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from masagraph.errors import MasagraphError
from masagraph.work.pool import Counts

_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class _Elsewhere(Collector):
    """Numbers that others keep, asked for when they are fetched."""

    def __init__(self, counts: Callable[[], Counts], generation: Callable[[], int]) -> None:
        self._counts, self._generation = counts, generation

    def collect(self) -> Iterator[Metric]:
        """Yield each number. A store that does not answer has no generation, and the rest is told all the same."""
        counts = self._counts()
        yield CounterMetricFamily("masagraph_queries_killed", "Jobs stopped at a limit of time or memory.", value=counts.killed)
        yield CounterMetricFamily("masagraph_workers_replaced", "Workers that were replaced.", value=counts.replaced)
        try:
            number = self._generation()
        except MasagraphError:
            return
        yield GaugeMetricFamily("masagraph_generation", "The number of the generation that is served.", value=number)


def init_app(app: Flask, *, counts: Callable[[], Counts], generation: Callable[[], int]) -> None:
    """Count the requests of an app, and tell all counts at /metrics.

    Args:
        app: The app.
        counts: Tells how many workers were stopped at a limit since the service started, and how many were replaced.
        generation: Tells the number of the generation that is served.
    """
    registry = CollectorRegistry()
    labels = ("endpoint", "method", "status")
    requests = Counter("masagraph_requests", "Requests that were answered.", labels, registry=registry)
    seconds = Histogram(
        "masagraph_request_seconds", "Seconds from a request to the end of its answer.", labels[:2],
        registry=registry, buckets=_SECONDS,
    )  # fmt: skip
    registry.register(_Elsewhere(counts, generation))
    # There are as many as addresses, methods and statuses; finding one in the library takes a lock and much checking.
    answered, took = cache(requests.labels), cache(seconds.labels)

    def start() -> None:
        g.started = time.perf_counter()

    def count(response: Response) -> Response:
        # What a client makes up is not told, or it could make any number of counters.
        endpoint = "none" if request.url_rule is None else request.url_rule.rule
        method = request.method if request.method in _METHODS else "other"
        status, started = str(response.status_code), g.started

        def end() -> None:
            answered(endpoint, method, status).inc()
            took(endpoint, method).observe(time.perf_counter() - started)

        response.call_on_close(end)
        return response

    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"})

    app.before_request(start)
    app.after_request(count)
    app.add_url_rule("/metrics", view_func=metrics)

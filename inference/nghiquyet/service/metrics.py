"""What a service counts of itself, in Prometheus' terms."""

from collections.abc import Callable, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_TEXTS: Final = (1, 2, 4, 8, 16, 32, 64, 128)


class Metrics:
    """One service's figures, in a registry of their own: two services of one process do not mix."""

    def __init__(self) -> None:
        self._registry: Final = CollectorRegistry()
        registry = self._registry
        self._requests: Final = Counter("nghiquyet_requests", "Requests answered.", ("path", "status"), registry=registry)
        self._seconds: Final = Histogram(
            "nghiquyet_request_seconds",
            "From a request's head to the end of its answer.",
            ("path",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.in_progress: Final = Gauge("nghiquyet_requests_in_progress", "Requests begun and not yet answered.", registry=registry)
        self._batches: Final = Histogram(
            "nghiquyet_batch_texts", "Texts that the model was given at once.", buckets=_TEXTS, registry=registry
        )
        self._texts: Final = Counter("nghiquyet_texts", "Texts that the model was given.", registry=registry)
        self._characters: Final = Counter("nghiquyet_characters", "Characters that the model was given.", registry=registry)
        self._queue: Final = Gauge("nghiquyet_queue_texts", "Texts that wait for the model.", registry=registry)

    def watch_queue(self, waiting: Callable[[], int]) -> None:
        self._queue.set_function(waiting)

    def batch(self, texts: Sequence[str]) -> None:
        self._batches.observe(len(texts))
        self._texts.inc(len(texts))
        self._characters.inc(sum(map(len, texts)))

    def request(self, path: str, status: int, seconds: float) -> None:
        self._requests.labels(path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def page(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)

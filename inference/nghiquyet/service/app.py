"""The application: texts in, what was found in them out, with limits on size and time."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final, Protocol

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field

import nghiquyet
from nghiquyet.prediction import Prediction
from nghiquyet.service import metrics, schema
from nghiquyet.service.batching import Batcher, UnavailableError
from nghiquyet.service.body import BodyLimit
from nghiquyet.service.metrics import Metrics
from nghiquyet.service.settings import Settings
from nghiquyet.service.watching import Watch

_DESCRIPTION: Final = """\
Tìm chỉ tiêu (TARGET), người (PERSON) và tổ chức (ORG) trong tin tức chính sách tiếng Việt.
*Finds targets, people and organisations in Vietnamese policy news.*

`text[start:end]` is an entity's exact text. Offsets are half-open and count **Unicode code points**, as Python does, of the text as
given. JavaScript, Java and C# count UTF-16 units, in which an emoji is two: `Array.from(text).slice(start, end).join("")`.

A text of any length within the limits is read whole. Requests that come together share a batch, and each is answered as if alone.
"""
_SECONDS_TO_RETRY: Final = 1
# Shown of the faults of one request.
_MOST_FAULTS: Final = 10
_REASONS: Final = {
    "model_attributes_type": "expected a JSON object, sent with Content-Type: application/json",
    "string_unicode": "holds half of a surrogate pair, so it is not Unicode text",
}
_TOO_LARGE: Final = frozenset({"string_too_long", "too_long"})


class Reader(Protocol):
    """What the service needs of an `Extractor`."""

    def predict(self, texts: list[str]) -> list[Prediction]: ...


def create_app(reader: Reader, settings: Settings | None = None) -> FastAPI:
    """The service over a loaded model, not yet run.

    Args:
        reader: is called from one thread, never twice at a time.
        settings: its limits; None is `Settings()`.
    """
    limits = settings or Settings()
    figures = Metrics()

    def read(texts: list[str]) -> list[Mapping[str, Any]]:
        return [prediction.to_dict() for prediction in reader.predict(texts)]

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Batcher(read, limits, figures.batch) as batcher:
            app.state.batcher = batcher
            figures.watch_queue(lambda: batcher.waiting)
            yield

    app = FastAPI(
        title="Nghị quyết",
        description=_DESCRIPTION,
        version=nghiquyet.__version__,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        # Its pages would fetch their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )

    length = Field(min_length=1, max_length=limits.max_chars, json_schema_extra=schema.NO_NUL)
    Text = Annotated[str, length, AfterValidator(schema.without_nul)]  # noqa: N806

    class OneText(schema.Request):
        text: Annotated[Text, Field(description="Một bài báo · One article.", examples=[schema.EXAMPLE])]

    class ManyTexts(schema.Request):
        texts: Annotated[
            list[Text],
            Field(
                max_length=limits.max_texts,
                description=f"Nhiều bài báo · Articles, of {limits.max_chars:,} characters at most all together.",
                examples=[[schema.EXAMPLE, "Huyện phấn đấu giảm tỷ lệ hộ nghèo còn 3%."]],
            ),
        ]

    @app.post("/predict", responses=schema.REFUSALS, response_model=schema.Prediction, tags=["Trích xuất · Extraction"])
    async def predict(body: OneText, request: Request) -> Mapping[str, Any]:
        """Tìm trong một văn bản · Find in one text."""
        (found,) = await _answer(request, [body.text], limits)
        return found

    @app.post("/predict/batch", responses=schema.REFUSALS, response_model=schema.Predictions, tags=["Trích xuất · Extraction"])
    async def predict_batch(body: ManyTexts, request: Request) -> Mapping[str, Any]:
        """Tìm trong nhiều văn bản · Find in many texts."""
        return {"predictions": await _answer(request, body.texts, limits)}

    @app.get("/health", tags=["Vận hành · Operation"])
    async def health() -> schema.State:
        """Còn sống · The service is alive."""
        return schema.State(status="ok")

    @app.get("/ready", responses={503: schema.REFUSALS[503]}, tags=["Vận hành · Operation"])
    async def ready(request: Request) -> schema.State:
        """Sẵn sàng · The service takes texts: the model is loaded and the queue has room."""
        if not _batcher(request).has_room:
            raise UnavailableError("the queue is full, or the service is stopping")
        return schema.State(status="ok")

    page: dict[str, Any] = {"description": "Prometheus text format.", "content": {"text/plain": {"schema": {"type": "string"}}}}

    @app.get("/metrics", response_class=Response, responses={200: page}, tags=["Vận hành · Operation"])
    async def show_metrics() -> Response:
        """Số liệu · Figures for Prometheus."""
        return Response(figures.page(), headers={"Content-Type": metrics.CONTENT_TYPE})

    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(400, _unreadable)
    app.add_exception_handler(UnavailableError, _unavailable)
    app.add_exception_handler(Exception, _failed)
    app.add_middleware(BodyLimit, max_bytes=limits.max_bytes, seconds=limits.timeout)
    paths = frozenset({"/predict", "/predict/batch", "/health", "/ready", "/metrics", "/openapi.json"})
    app.add_middleware(Watch, metrics=figures, paths=paths)
    return app


def _batcher(request: Request) -> Batcher[Mapping[str, Any]]:
    batcher: Batcher[Mapping[str, Any]] = request.app.state.batcher
    return batcher


async def _answer(request: Request, texts: Sequence[str], limits: Settings) -> list[Mapping[str, Any]]:
    """What was found in the texts of a request; texts whose client has gone or whose time is over are not worked on."""
    characters = sum(map(len, texts))
    if characters > limits.max_chars:
        raise HTTPException(413, f"{characters:,} characters, more than {limits.max_chars:,}: send fewer texts at once")
    if not texts:
        return []
    results = _batcher(request).submit(texts)
    gone = asyncio.ensure_future(_gone(request))
    try:
        either: set[asyncio.Future[Any]] = {results, gone}
        await asyncio.wait(either, timeout=limits.timeout, return_when=asyncio.FIRST_COMPLETED)
        if results.done():
            return results.result()
        if gone.done():
            raise HTTPException(499, "the client closed the connection")
        raise HTTPException(504, f"no answer within {limits.timeout:g} s: send less at once, or try again later")
    finally:
        results.cancel()
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [_fault(each) for each in error.errors()]
    more = [f"and {len(faults) - _MOST_FAULTS} more"] if len(faults) > _MOST_FAULTS else []
    status = 413 if any(each["type"] in _TOO_LARGE for each in error.errors()) else 422
    return JSONResponse({"detail": "; ".join([*faults[:_MOST_FAULTS], *more])}, status)


def _fault(error: Mapping[str, Any]) -> str:
    """Where and what, without the text itself, which may be long or no Unicode."""
    _, *place = error["loc"]
    reason = _REASONS.get(error["type"]) or error.get("ctx", {}).get("error") or error["msg"]
    if error["type"] == "json_invalid":
        return f"body: broken JSON at character {place[0]}: {reason}"
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")
    return f"{where or 'body'}: {reason}"


async def _unreadable(_: Request, __: Exception) -> JSONResponse:
    return JSONResponse({"detail": "body: not JSON in UTF-8, or nested too deeply"}, 400)


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 503, {"Retry-After": str(_SECONDS_TO_RETRY)})


async def _failed(_: Request, __: Exception) -> JSONResponse:
    """The server logs what happened; clients are not told."""
    return JSONResponse({"detail": "the service failed; its log says how"}, 500)

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from fastapi import FastAPI

from nghiquyet import Entity, Extractor, Prediction
from nghiquyet.service import schema
from nghiquyet.service.app import create_app
from nghiquyet.service.settings import Settings

T = TypeVar("T")
JSON = {"Content-Type": "application/json"}


class Stub:
    """Finds the first character of each text, once it is let; remembers what it was given."""

    def __init__(self, is_open: bool = True) -> None:
        self.texts: list[str] = []
        self.begun = threading.Event()
        self.gate = threading.Event()
        if is_open:
            self.gate.set()

    def predict(self, texts: list[str]) -> list[Prediction]:
        self.begun.set()
        self.gate.wait()
        self.texts += texts
        if "broken" in texts:
            raise RuntimeError("a secret of the service")
        return [Prediction(text, (Entity("ORG", 0, 1, text[:1], 0.5),)) for text in texts]


@asynccontextmanager
async def _serving(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def _ask(app: FastAPI, work: Callable[[httpx.AsyncClient], Coroutine[Any, Any, T]], stub: Stub | None = None) -> T:
    async def all_of_it() -> T:
        async with _serving(app) as client:
            try:
                return await work(client)
            finally:
                # The service ends only when its model has.
                if stub:
                    stub.gate.set()

    return asyncio.run(all_of_it())


def _post(app: FastAPI, path: str, content: Any, **more: Any) -> httpx.Response:
    body = {"content": content, "headers": JSON} if isinstance(content, bytes) else {"json": content}
    return _ask(app, lambda client: client.post(path, **body, **more))


async def _begun(stub: Stub) -> None:
    await asyncio.get_running_loop().run_in_executor(None, stub.begun.wait)


async def _figure(client: httpx.AsyncClient, name: str) -> float:
    (line,) = (line for line in (await client.get("/metrics")).text.splitlines() if line.startswith(name + " "))
    return float(line.rsplit(" ", 1)[1])


async def _until(client: httpx.AsyncClient, name: str, value: float) -> None:
    while await _figure(client, name) != value:
        await asyncio.sleep(0.001)


def test_answers_are_what_predict_gives(phobert_model: Path, seed_texts: list[str]) -> None:
    extractor = Extractor.load(phobert_model, threads=1)
    app = create_app(extractor)
    texts = [seed_texts[0][:800], "Huyện ủy Đakrông 😀 xã Sơn Trung", " "]
    expected = [prediction.to_dict() for prediction in extractor.predict(texts)]
    assert expected[1]["entities"]
    answer = _post(app, "/predict/batch", {"texts": texts})
    assert (answer.status_code, answer.json()) == (200, {"predictions": expected})
    assert [_post(app, "/predict", {"text": text}).json() for text in texts] == expected
    assert _post(app, "/predict/batch", {"texts": []}).json() == {"predictions": []}


def test_whatever_a_prediction_holds_is_in_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"text": "a", "entities": [], "targets": [{"value_min": "3.5", "unit": None}], "people": []}
    monkeypatch.setattr(Prediction, "to_dict", lambda self: more)
    assert _post(create_app(Stub()), "/predict", {"text": "a"}).json() == more


@pytest.mark.parametrize(
    ("path", "content", "status", "detail"),
    [
        ("/predict", b'{"text": "\\ud800"}', 422, "text: holds half of a surrogate pair, so it is not Unicode text"),
        ("/predict", b'{"text": "a\\u0000"}', 422, "text: holds a NUL character (at 1), so it is not a text"),
        ("/predict", {"text": ""}, 422, "text: String should have at least 1 character"),
        ("/predict", {"text": 7}, 422, "text: Input should be a valid string"),
        ("/predict", {"text": None}, 422, "text: Input should be a valid string"),
        ("/predict", {"texts": []}, 422, "text: Field required; texts: Extra inputs are not permitted"),
        ("/predict", ["a"], 422, "body: expected a JSON object, sent with Content-Type: application/json"),
        ("/predict", b"", 422, "body: Field required"),
        ("/predict", b'{"text": ', 422, "body: broken JSON at character 9: Expecting value"),
        ("/predict", b'{"text": NaN}', 422, "text: Input should be a valid string"),
        ("/predict", b'{"text": "\xff"}', 400, "body: not JSON in UTF-8, or nested too deeply"),
        ("/predict", b"[" * 10_000, 400, "body: not JSON in UTF-8, or nested too deeply"),
        ("/predict", b'{"text": ' + b"1" * 5000 + b"}", 400, "body: not JSON in UTF-8, or nested too deeply"),
        ("/predict", {"text": "a" * 1001}, 413, "text: String should have at most 1000 characters"),
        ("/predict", {"text": "😀" * 1001}, 413, "text: String should have at most 1000 characters"),
        ("/predict/batch", {"texts": ["a"] * 5}, 413, "texts: List should have at most 4 items after validation, not 5"),
        ("/predict/batch", {"texts": ["a" * 501] * 2}, 413, "1,002 characters, more than 1,000: send fewer texts at once"),
        ("/predict/batch", {"texts": ["a", "", 3]}, 422, "texts[1]: String should have at least 1 character; texts[2]: Input"),
        ("/predict/batch", {"texts": "abc"}, 422, "texts: Input should be a valid list"),
        ("/predict/batch", {"texts": ["a"], **{f"x{n}": 0 for n in range(12)}}, 422, "; and 2 more"),
        ("/nowhere", {}, 404, "Not Found"),
        ("/health", {}, 405, "Method Not Allowed"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(path: str, content: Any, status: int, detail: str) -> None:
    stub = Stub()
    answer = _post(create_app(stub, Settings(max_chars=1000, max_texts=4)), path, content)
    assert answer.status_code == status
    assert answer.json().keys() == {"detail"}
    assert detail in answer.json()["detail"]
    assert stub.texts == []


@pytest.mark.parametrize("escape", [lambda text: text, lambda text: "".join(f"\\u{ord(c):04X}" for c in text)])
def test_the_largest_text_is_taken_however_it_is_written(escape: Callable[[str], str]) -> None:
    limits = Settings(max_chars=5000, max_texts=8)
    content = json.dumps({"texts": ["😀" * 625] * 8}, indent=8).encode()
    assert len(content) > 12 * limits.max_chars
    assert _post(create_app(Stub(), limits), "/predict/batch", content).status_code == 200
    content = f'{{"text": "{escape("ệ" * 5000)}"}}'.encode()
    assert _post(create_app(Stub(), limits), "/predict", content).status_code == 200


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_that_is_too_large_is_not_held_and_not_read_for_ever(declared: bool) -> None:
    limits = Settings(max_chars=1000, max_texts=1)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 1000 * limits.max_bytes:
            sent += 1000
            yield b"a" * 1000

    length = {"Content-Length": str(1000 * limits.max_bytes)} if declared else {}
    app = create_app(Stub(), limits)
    answer = _ask(app, lambda client: client.post("/predict", content=endless(), headers=JSON | length))
    assert (answer.status_code, answer.json()) == (413, {"detail": f"the body is larger than {limits.max_bytes:,} bytes"})
    assert answer.headers["Connection"] == "close"
    assert sent < 5 * limits.max_bytes


def test_a_body_that_never_ends_takes_the_time_limit_and_no_longer() -> None:
    async def stuck() -> AsyncIterator[bytes]:
        yield b'{"text": '
        await asyncio.Event().wait()

    app = create_app(Stub(), Settings(timeout=0.05))
    answer = _ask(app, lambda client: client.post("/predict", content=stuck(), headers=JSON))
    assert (answer.status_code, answer.json()) == (408, {"detail": "the body took longer than 0.05 s to arrive"})


def test_an_answer_that_takes_too_long_is_given_up_and_what_was_not_begun_is_not_worked_on() -> None:
    stub = Stub(is_open=False)

    async def work(client: httpx.AsyncClient) -> list[httpx.Response]:
        requests = [asyncio.create_task(client.post("/predict", json={"text": "begun"}))]
        await _begun(stub)
        requests.append(asyncio.create_task(client.post("/predict", json={"text": "waits"})))
        answers = await asyncio.gather(*requests)
        stub.gate.set()
        return [*answers, await client.post("/predict", json={"text": "later"})]

    *late, good = _ask(create_app(stub, Settings(timeout=0.3, batch_wait=0)), work, stub)
    for answer in late:
        assert (answer.status_code, answer.json()["detail"]) == (
            504,
            "no answer within 0.3 s: send less at once, or try again later",
        )
    assert good.status_code == 200
    assert stub.texts == ["begun", "later"]


def test_a_full_queue_says_so_at_once() -> None:
    stub = Stub(is_open=False)

    async def work(client: httpx.AsyncClient) -> tuple[list[httpx.Response], list[httpx.Response]]:
        assert (await client.get("/ready")).json() == {"status": "ok"}
        waiting = [asyncio.create_task(client.post("/predict", json={"text": "begun"}))]
        await _begun(stub)
        waiting.append(asyncio.create_task(client.post("/predict/batch", json={"texts": ["a", "b"]})))
        await _until(client, "nghiquyet_queue_texts", 2)
        refused = [await client.post("/predict", json={"text": "c"}), await client.get("/ready")]
        assert (await client.get("/health")).json() == {"status": "ok"}
        stub.gate.set()
        return refused, await asyncio.gather(*waiting)

    refused, answered = _ask(create_app(stub, Settings(max_texts=2, max_queue=2, batch_wait=0)), work, stub)
    assert [(answer.status_code, answer.headers["Retry-After"]) for answer in refused] == [(503, "1"), (503, "1")]
    assert "2 texts wait already" in refused[0].json()["detail"]
    assert [answer.status_code for answer in answered] == [200, 200]


def test_texts_of_a_client_that_has_gone_are_not_worked_on() -> None:
    stub = Stub(is_open=False)
    app = create_app(stub, Settings(batch_wait=0))
    content = json.dumps({"text": "gone"}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    scope = {"type": "http", "method": "POST", "path": "/predict", "headers": headers, "query_string": b"", "http_version": "1.1"}

    async def work(client: httpx.AsyncClient) -> list[int]:
        begun = asyncio.create_task(client.post("/predict", json={"text": "begun"}))
        await _begun(stub)
        messages: Iterator[dict[str, Any]] = iter([{"type": "http.request", "body": content}, {"type": "http.disconnect"}])
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            return next(messages)

        async def send(message: Any) -> None:
            statuses.extend([message["status"]] if "status" in message else [])

        await app(scope, receive, send)
        await _until(client, "nghiquyet_queue_texts", 0)
        stub.gate.set()
        assert (await begun).status_code == 200
        return statuses

    assert _ask(app, work, stub) == [499]
    assert stub.texts == ["begun"]


def test_a_failure_is_not_shown_and_harms_nobody_else() -> None:
    async def work(client: httpx.AsyncClient) -> list[httpx.Response]:
        return await asyncio.gather(*(client.post("/predict", json={"text": text}) for text in ("broken", "good", "broken")))

    one, good, other = _ask(create_app(Stub(), Settings(batch_texts=3, batch_wait=3600)), work)
    for answer in (one, other):
        assert (answer.status_code, answer.json()) == (500, {"detail": "the service failed; its log says how"})
    assert good.json()["text"] == "good"


def test_figures_count_requests_batches_texts_and_characters() -> None:
    async def work(client: httpx.AsyncClient) -> str:
        await client.post("/predict", json={"text": "abc"})
        await client.post("/predict/batch", json={"texts": ["ab", "ệ", "😀"]})
        await client.post("/predict", json={})
        await client.get("/secret?name=value")
        return (await client.get("/metrics")).text

    page = _ask(create_app(Stub()), work)
    for line in (
        'nghiquyet_requests_total{path="/predict",status="200"} 1.0',
        'nghiquyet_requests_total{path="/predict",status="422"} 1.0',
        'nghiquyet_requests_total{path="/predict/batch",status="200"} 1.0',
        'nghiquyet_requests_total{path="other",status="404"} 1.0',
        'nghiquyet_request_seconds_count{path="/predict"} 2.0',
        "nghiquyet_batch_texts_count 2.0",
        "nghiquyet_texts_total 4.0",
        "nghiquyet_characters_total 7.0",
        "nghiquyet_queue_texts 0.0",
        "nghiquyet_requests_in_progress 1.0",
    ):
        assert line in page.splitlines()
    assert "secret" not in page


def test_the_log_has_a_line_a_request_and_no_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="nghiquyet"):
        _post(create_app(Stub()), "/predict", {"text": "bí mật"})
        _post(create_app(Stub()), "/one%0Atwo", {})
    first, second = (record.getMessage() for record in caplog.records if record.name.startswith("nghiquyet"))
    assert first.startswith("POST /predict 200 ")
    assert second.startswith(r"POST /one\ntwo 404 ")
    assert "bí mật" not in caplog.text


def test_the_description_s_examples_are_true() -> None:
    for entity in schema.Prediction.model_json_schema()["examples"][0]["entities"]:
        assert schema.EXAMPLE[entity["start"] : entity["end"]] == entity["text"]
    described = create_app(Stub(), Settings(max_chars=77, max_texts=3)).openapi()
    assert described["components"]["schemas"]["OneText"]["properties"]["text"]["maxLength"] == 77
    assert described["components"]["schemas"]["ManyTexts"]["properties"]["texts"]["maxItems"] == 3
    assert "HTTPValidationError" not in described["components"]["schemas"]

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nghiquyet import InputError
from nghiquyet.service.batching import Batcher, UnavailableError
from nghiquyet.service.settings import Settings

T = TypeVar("T")


class Model:
    """Turns texts round, once it is let; remembers each batch."""

    def __init__(self, is_open: bool = True) -> None:
        self.batches: list[list[str]] = []
        self.begun = threading.Event()
        self.gate = threading.Event()
        if is_open:
            self.gate.set()

    def __call__(self, texts: list[str]) -> list[str]:
        self.begun.set()
        self.gate.wait()
        self.batches.append(texts)
        if "broken" in texts:
            raise RuntimeError("broken")
        return [text[::-1] for text in texts]


def _run(model: Model, limits: Settings, work: Callable[[Batcher[str]], Coroutine[object, object, T]]) -> T:
    async def all_of_it() -> T:
        async with Batcher(model, limits, lambda texts: None) as batcher:
            try:
                return await work(batcher)
            finally:
                model.gate.set()

    return asyncio.run(all_of_it())


async def _begun(model: Model) -> None:
    await asyncio.get_running_loop().run_in_executor(None, model.begun.wait)


def _behind_one(model: Model, limits: Settings, requests: Sequence[Sequence[str]]) -> list[list[str]]:
    """What the requests get that come while a first one is worked on."""

    async def work(batcher: Batcher[str]) -> list[list[str]]:
        first = batcher.submit(["first"])
        await _begun(model)
        waiting = [batcher.submit(texts) for texts in requests]
        model.gate.set()
        await first
        return await asyncio.gather(*waiting)

    return _run(model, limits, work)


REQUESTS = st.lists(st.lists(st.text(max_size=9), min_size=1, max_size=5), max_size=12)


@settings(max_examples=50)
@given(requests=REQUESTS, texts=st.integers(1, 8), characters=st.integers(1, 30))
def test_every_request_gets_the_results_of_its_own_texts_whatever_shares_its_batch(
    requests: list[list[str]], texts: int, characters: int
) -> None:
    model = Model(is_open=False)
    found = _behind_one(model, Settings(batch_wait=0, batch_texts=texts, batch_chars=characters), requests)
    assert found == [[text[::-1] for text in request] for request in requests]
    first, *batches = model.batches
    assert first == ["first"]
    assert [text for batch in batches for text in batch] == [text for request in requests for text in request]
    for batch in batches:
        assert batch in requests or (len(batch) <= texts and sum(map(len, batch)) <= characters)


def test_requests_that_wait_go_together() -> None:
    model = Model(is_open=False)
    _behind_one(model, Settings(batch_texts=3), [["a"], ["b"], ["c"], ["d"]])
    assert model.batches == [["first"], ["a", "b", "c"], ["d"]]


def test_a_request_waits_for_company_where_the_model_is_free() -> None:
    async def work(batcher: Batcher[str]) -> list[list[str]]:
        # Long enough for both to come; a full batch does not wait for its end.
        return [*await asyncio.gather(batcher.submit(["a"]), batcher.submit(["b"]))]

    model = Model()
    assert _run(model, Settings(batch_wait=3600, batch_texts=2), work) == [["a"], ["b"]]
    assert model.batches == [["a", "b"]]


def test_what_nobody_waits_for_is_not_worked_on() -> None:
    model = Model(is_open=False)

    async def work(batcher: Batcher[str]) -> list[str]:
        begun = batcher.submit(["begun"])
        await _begun(model)
        unwanted, wanted = batcher.submit(["unwanted"]), batcher.submit(["wanted"])
        begun.cancel()
        unwanted.cancel()
        model.gate.set()
        return await wanted

    assert _run(model, Settings(batch_wait=0), work) == ["detnaw"]
    assert model.batches == [["begun"], ["wanted"]]


def test_a_full_queue_refuses_and_takes_again() -> None:
    model = Model(is_open=False)

    async def work(batcher: Batcher[str]) -> None:
        batcher.submit(["begun"])
        await _begun(model)
        waiting = batcher.submit(["a", "b"])
        assert batcher.waiting == 2
        assert batcher.has_room
        with pytest.raises(UnavailableError, match="2 texts wait already, of 3 that may"):
            batcher.submit(["c", "d"])
        last = batcher.submit(["c"])
        assert not batcher.has_room
        waiting.cancel()
        await asyncio.sleep(0)
        assert batcher.has_room
        assert batcher.waiting == 1
        model.gate.set()
        assert await last == ["c"]
        assert await batcher.submit(["d"]) == ["d"]

    _run(model, Settings(max_queue=3, max_texts=3, batch_wait=0), work)


def test_a_text_that_breaks_the_model_fails_its_own_request_alone() -> None:
    model = Model(is_open=False)

    async def work(batcher: Batcher[str]) -> list[list[str] | BaseException]:
        batcher.submit(["first"])
        await _begun(model)
        waiting = [batcher.submit(texts) for texts in (["ab"], ["cd", "broken"], ["ef"])]
        model.gate.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    one, broken, other = _run(model, Settings(batch_wait=0), work)
    assert (one, other) == (["ba"], ["fe"])
    assert isinstance(broken, RuntimeError)


def test_the_end_finishes_what_was_taken_and_refuses_the_rest() -> None:
    model = Model(is_open=False)

    async def work() -> None:
        async with Batcher(model, Settings(batch_wait=3600), lambda texts: None) as batcher:
            waiting = [batcher.submit(["ab"]), batcher.submit(["cd"])]
            model.gate.set()
        assert [each.result() for each in waiting] == [["ba"], ["dc"]]
        assert not batcher.has_room
        with pytest.raises(UnavailableError, match="stopping"):
            batcher.submit(["ef"])

    asyncio.run(work())


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"max_chars": 0}, "max_chars 0: must be above 0"),
        ({"timeout": float("inf")}, "timeout inf: must be above 0"),
        ({"batch_wait": -0.1}, "batch_wait -0.1: must not be below 0"),
        ({"max_texts": 5, "max_queue": 4}, "max_texts 5: a request of so many would never fit into max_queue 4"),
    ],
)
def test_limits_that_allow_nothing_are_refused(limits: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Settings(**limits)  # type: ignore[arg-type]

"""Schemathesis sends what the OpenAPI description allows and what it forbids, and checks that answers keep to it."""

from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import settings

import nghiquyet
from nghiquyet import Prediction
from nghiquyet.service.app import create_app
from nghiquyet.service.settings import Settings


class _Nothing:
    def predict(self, texts: list[str]) -> list[Prediction]:
        return [Prediction(text, ()) for text in texts]


class _Packaged:
    def predict(self, texts: list[str]) -> list[Prediction]:
        return nghiquyet.predict(texts)


# 413 refuses what is too large, though Schemathesis does not expect it; that texts are too large together, no schema can say.
CONFIG = {
    "checks": {
        "negative_data_rejection": {"expected-statuses": [400, 404, 405, 413, 422]},
        "positive_data_acceptance": {"expected-statuses": ["2xx", 413]},
    }
}


def _schema(app: FastAPI) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", app, config=schemathesis.Config.from_dict(CONFIG))


# So small that they are met.
LIMITS = Settings(max_chars=50, max_texts=3, batch_wait=0)
SMALL = _schema(create_app(_Nothing(), LIMITS))
REAL = _schema(create_app(_Packaged()))


@SMALL.parametrize()
@settings(max_examples=60, derandomize=True, database=None)
def test_no_request_makes_the_service_break_its_description(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate()


@REAL.parametrize()
@settings(max_examples=10, derandomize=True, database=None)
def test_nor_with_the_model_that_comes_with_the_package(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate()

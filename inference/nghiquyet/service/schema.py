"""What goes over the wire, as clients see it in the OpenAPI description."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

EXAMPLE: Final = "Ông Cao Văn Bường - Bí thư Đảng ủy xã Sơn Trung: đến năm 2025, kết nạp mới 25 đảng viên trở lên."
_ENTITIES: Final[list[JsonValue]] = [
    {"label": "PERSON", "start": 4, "end": 17, "text": "Cao Văn Bường", "score": 0.99},
    {"label": "ORG", "start": 27, "end": 47, "text": "Đảng ủy xã Sơn Trung", "score": 0.98},
    {"label": "TARGET", "start": 63, "end": 95, "text": "kết nạp mới 25 đảng viên trở lên", "score": 0.97},
]


# Half of a surrogate pair, which no pattern can name, is refused by pydantic itself.
NO_NUL: Final[dict[str, Any]] = {"pattern": "^[^\\u0000]*$"}


def without_nul(text: str) -> str:
    """The text itself.

    Raises:
        ValueError: if it holds a NUL character, which patterns of pydantic would refuse less clearly.
    """
    if "\0" in text:
        raise ValueError(f"holds a NUL character (at {text.index(chr(0))}), so it is not a text")
    return text


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Entity(BaseModel):
    """A labelled span of the text."""

    label: Annotated[str, Field(description="TARGET (chỉ tiêu), PERSON (người), ORG (tổ chức), or what else the model knows.")]
    start: Annotated[int, Field(ge=0, description="Where it begins, in code points.")]
    end: Annotated[int, Field(ge=0, description="Where it ends, in code points; the one at `end` is outside.")]
    text: Annotated[str, Field(description="The text from `start` to `end`, as given.")]
    score: Annotated[float, Field(ge=0, le=1, description="How probable it is that label, start and end are all right.")]


class Prediction(BaseModel):
    """What was found in one text: `nghiquyet.Prediction.to_dict()`.

    Entities never overlap and come in text order.
    """

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"text": EXAMPLE, "entities": _ENTITIES}]})

    text: Annotated[str, Field(description="The text as given.")]
    entities: list[Entity]


class Predictions(BaseModel):
    """What was found in each text, in the order of the request."""

    predictions: list[Prediction]


class State(BaseModel):
    status: Literal["ok"]


class Problem(BaseModel):
    """Why there is no answer, and what to do."""

    detail: Annotated[str, Field(examples=["texts[3]: String should have at least 1 character"])]


REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": Problem, "description": "The body cannot be read."},
    408: {"model": Problem, "description": "The body took too long to arrive."},
    413: {"model": Problem, "description": "The body, a text, or all texts together are too large."},
    422: {"model": Problem, "description": "The body is not what this schema says, or a text is not Unicode text."},
    500: {"model": Problem, "description": "The service failed; its log says how."},
    503: {"model": Problem, "description": "Too many texts wait already: try again after the seconds of Retry-After."},
    504: {"model": Problem, "description": "The answer took too long."},
}

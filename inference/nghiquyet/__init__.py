"""Targets, people and organisations in Vietnamese public-policy news, with exact character offsets.

>>> from nghiquyet import predict
>>> prediction = predict("Ông Cao Văn Bường - Bí thư Đảng ủy xã Sơn Trung: đến năm 2025, kết nạp mới 25 đảng viên trở lên.")
>>> [(entity.label, entity.text) for entity in prediction.entities]  # doctest: +SKIP
[('PERSON', 'Cao Văn Bường'), ('ORG', 'Đảng ủy xã Sơn Trung'), ('TARGET', 'kết nạp mới 25 đảng viên trở lên')]
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from nghiquyet.entities import Entity
from nghiquyet.errors import CheckpointError, InputError, MissingExtraError, NghiquyetError
from nghiquyet.extractor import Extractor, predict
from nghiquyet.prediction import Prediction

if TYPE_CHECKING:
    from nghiquyet.comparison import Comparison, compare
    from nghiquyet.records import Organisation, Person, Target

__all__ = [
    "CheckpointError",
    "Comparison",
    "Entity",
    "Extractor",
    "InputError",
    "MissingExtraError",
    "NghiquyetError",
    "Organisation",
    "Person",
    "Prediction",
    "Target",
    "compare",
    "predict",
]
__version__ = version("nghiquyet")

# What is read from entities is imported when it is asked for: its grammars take longer to compile than a first prediction takes.
_LATER: Final = {
    **dict.fromkeys(("Comparison", "compare"), "nghiquyet.comparison"),
    **dict.fromkeys(("Organisation", "Person", "Target"), "nghiquyet.records"),
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)

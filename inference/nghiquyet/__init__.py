"""Targets, people and organisations in Vietnamese public-policy news, with exact character offsets.

>>> from nghiquyet import predict
>>> prediction = predict("Ông Cao Văn Bường - Bí thư Đảng ủy xã Sơn Trung: đến năm 2025, kết nạp mới 25 đảng viên trở lên.")
>>> [(entity.label, entity.text) for entity in prediction.entities]  # doctest: +SKIP
[('PERSON', 'Cao Văn Bường'), ('ORG', 'Đảng ủy xã Sơn Trung'), ('TARGET', 'kết nạp mới 25 đảng viên trở lên')]
"""

from importlib.metadata import version

from nghiquyet.comparison import Comparison, compare
from nghiquyet.entities import Entity
from nghiquyet.errors import CheckpointError, InputError, MissingExtraError, NghiquyetError
from nghiquyet.extractor import Extractor, predict
from nghiquyet.prediction import Prediction
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

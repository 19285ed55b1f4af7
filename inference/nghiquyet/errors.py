"""The errors that a caller may want to catch; every message says what is wrong, where, and what to do."""


class NghiquyetError(Exception):
    """Base of all errors that the package raises on purpose."""


class InputError(NghiquyetError):
    """A text, file or labelled article cannot be used as it stands."""


class CheckpointError(NghiquyetError):
    """A model folder is missing, incomplete, altered, or not one of ours."""


class MissingExtraError(NghiquyetError):
    """Something was asked for that an optional install provides."""

    def __init__(self, wanted: str, extra: str) -> None:
        # Both are kept, so that the error can be sent to another process.
        super().__init__(wanted, extra)

    def __str__(self) -> str:
        wanted, extra = self.args
        return f"{wanted} needs an optional install: pip install 'nghiquyet[{extra}]'"

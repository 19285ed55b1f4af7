"""Model folders by name: on this machine, or on the Hugging Face hub, the one place where the network is used."""

import os
from collections.abc import Sequence
from pathlib import Path

from nghiquyet.errors import CheckpointError


def folder(path_or_hub_id: str | os.PathLike[str], ignore: Sequence[str] = ()) -> Path:
    """The folder of that path; or, for "owner/name" where no such path exists, what the hub has under it, fetched once.

    Args:
        path_or_hub_id: a path is taken as it is, whether something stands there or not.
        ignore: file name patterns of the hub's folder that are not needed.

    Raises:
        CheckpointError: if the hub is needed and does not give it.
    """
    path = Path(path_or_hub_id).expanduser()
    name = str(path_or_hub_id)
    if path.exists() or name.startswith((".", "/", "~")) or name.count("/") != 1:
        return path
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, ignore_patterns=list(ignore) or None))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise CheckpointError(f"{name}: no such folder, and the Hugging Face hub did not give it: {error}") from error

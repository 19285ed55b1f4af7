"""Files that the page hands out."""

from pathlib import Path
from tempfile import NamedTemporaryFile, mkdtemp
from typing import Final

# For the browser, given a file that was just made: save it. Gradio's own button must have its file before it is pressed.
SAVE: Final = """(file) => {
  if (!file) return;
  const link = document.createElement("a");
  link.href = file.url;
  link.download = file.orig_name;
  link.click();
}"""


def write(folder: Path, suffix: str, content: bytes) -> Path:
    """A new file in Gradio's own folder (`GRADIO_CACHE`): from anywhere else it would make a copy and delete only that."""
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix="nghiquyet-", suffix=suffix, delete=False) as file:
        file.write(content)
    return Path(file.name)


def place(folder: Path, name: str) -> Path:
    """Where a new file of that very name can be written, in a folder of its own in Gradio's."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(mkdtemp(dir=folder, prefix="nghiquyet-"), name)

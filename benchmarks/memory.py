"""Memory of `nghiquyet predict` over many short documents, while it runs.

Each document brings a word that no other has, so what grows is the memos of words, which hold 30,000 at most; nothing else may.

python benchmarks/memory.py [documents] [model folder]
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHARES = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)


def _write(path: Path, documents: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for i in range(documents):
            text = f"Đến năm {2025 + i % 10}, Đảng bộ xã số {i} phấn đấu giảm tỷ lệ hộ nghèo còn {i % 100}%."
            file.write(json.dumps({"id": f"{i}", "text": text}, ensure_ascii=False) + "\n")


def _mebibytes(process: int) -> float:
    """What a process holds of the machine's memory."""
    return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(process)])) / 1024


def main(documents: int = 100_000, *model: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "documents.jsonl"), Path(folder, "found.jsonl")
        _write(source, documents)
        command = [sys.executable, "-m", "nghiquyet", "predict", str(source), "--out", str(output)]
        if model:
            command += ["--model", model[0]]
        started = time.monotonic()
        run = subprocess.Popen(command)
        partial = output.with_name(output.name + ".partial")
        left, place, done = list(SHARES), 0, -1
        while run.poll() is None:
            time.sleep(0.2)
            if left and partial.exists():
                with partial.open("rb") as file:
                    file.seek(place)
                    new = file.read()
                place, done = place + len(new), done + new.count(b"\n")
                while left and done >= left[0] * documents * 0.999:
                    seconds = time.monotonic() - started
                    print(f"{left.pop(0):4.0%}  {_mebibytes(run.pid):6.0f} MiB  {seconds:6.0f} s", flush=True)
        with output.open("rb") as file:
            names = [json.loads(line)["id"] for line in file]
        print(f"each document once, in order: {names == [str(i) for i in range(documents)]}, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main(*(int(argument) if number == 0 else argument for number, argument in enumerate(sys.argv[1:])))  # type: ignore[arg-type]

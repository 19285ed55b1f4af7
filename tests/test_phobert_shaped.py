"""What a user of the real PhoBERT will meet, at its full size, without the hub."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.long
def test_a_checkpoint_of_phobert_s_size_goes_all_the_way(root: Path) -> None:
    command = [sys.executable, str(root / "benchmarks" / "phobert_shaped.py"), "--batch-size", "4"]
    result = subprocess.run(
        command, env=os.environ | {"COLUMNS": "120"}, capture_output=True, encoding="utf-8", timeout=3600, check=False
    )
    assert result.returncode == 0, result.stderr
    print(result.stdout)
    for words in ("train 2 steps of 4 windows", "export", "read it back with onnx", "predict five articles with torch"):
        assert words in result.stdout

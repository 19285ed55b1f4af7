import os
import subprocess
import sys
from pathlib import Path

import pytest

from nghiquyet import journal
from nghiquyet.errors import InputError
from nghiquyet.outputs import Record

SETTINGS = {"model": "abc", "--max-chars": "10"}
RECORDS: list[Record] = [{"id": str(i), "text": "Đảng ủy\u2028" * i, "entities": []} for i in range(6)]


def _fill(output: Path, records: list[Record]) -> int:
    """Go on with a journal as a run does; how many records stood in it."""
    with journal.opened(output, SETTINGS) as kept:
        standing = list(kept.standing())
        kept.go_on(len(standing))
        assert standing == records[: len(standing)]
        for record in records[len(standing) :]:
            kept.append(record)
        assert list(kept.records()) == records
    return len(standing)


def test_a_journal_that_ends_at_any_byte_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    output = tmp_path / "found.jsonl"
    assert _fill(output, RECORDS) == 0
    partial = tmp_path / "found.jsonl.partial"
    whole = partial.read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")]
    for size in range(len(whole) + 1):
        partial.write_bytes(whole[:size])
        assert _fill(output, RECORDS) == max(0, sum(end <= size for end in ends) - 1)
        assert partial.read_bytes() == whole
    # What a failing power supply leaves.
    partial.write_bytes(whole[:-9] + bytes(9))
    assert _fill(output, RECORDS) == len(RECORDS) - 1
    assert partial.read_bytes() == whole
    assert [file.name for file in tmp_path.iterdir()] == ["found.jsonl.partial"]


def test_a_full_disk_keeps_what_it_took(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "found.jsonl"
    _fill(output, RECORDS)
    partial = tmp_path / "found.jsonl.partial"
    whole = partial.read_bytes()
    write = os.write
    for room in range(0, len(whole), 7):
        partial.unlink()
        left = room

        def cramped(descriptor: int, content: bytes) -> int:
            nonlocal left
            if not left:
                raise OSError(28, "No space left on device")
            written = write(descriptor, content[: min(left, 5)])
            left -= written
            return written

        monkeypatch.setattr(os, "write", cramped)
        with pytest.raises(InputError, match=r"partial: cannot be written: No space left on device; what is done is kept there"):
            _fill(output, RECORDS)
        monkeypatch.setattr(os, "write", write)
        assert partial.read_bytes() == whole[:room]
        _fill(output, RECORDS)
        assert partial.read_bytes() == whole


def test_other_settings_are_refused_and_thrown_away_only_when_asked(tmp_path: Path) -> None:
    output = tmp_path / "found.jsonl"
    _fill(output, RECORDS)
    with (
        journal.opened(output, SETTINGS | {"--max-chars": "11"}) as kept,
        pytest.raises(
            InputError, match=r"was begun with --max-chars 10, and this run has 11; use the same, or begin anew with --restart"
        ),
    ):
        list(kept.standing())
    assert _fill(output, RECORDS) == len(RECORDS)
    with journal.opened(output, SETTINGS, restart=True) as kept:
        assert list(kept.standing()) == []


@pytest.mark.parametrize("content", [b'{"id": 1}\n', b"half a download", b"\0\0\0"])
def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jsonl.partial").write_bytes(content)
    with journal.opened(tmp_path / "a.jsonl", SETTINGS) as kept, pytest.raises(InputError, match="and is none; move it away"):
        list(kept.standing())
    assert (tmp_path / "a.jsonl.partial").read_bytes() == content


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from nghiquyet import journal\n"
        "with journal.opened(Path(sys.argv[1]), {}): print('open', flush=True); sys.stdin.read()"
    )
    output = tmp_path / "a.jsonl"
    with subprocess.Popen([sys.executable, "-c", code, output], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(InputError, match=r"a\.jsonl: another run is writing it"), journal.opened(output, {}):
            pass
        other.kill()
    # What a killed run has locked is free again.
    with journal.opened(output, {}):
        pass
    assert list(tmp_path.iterdir()) == []


def test_records_behind_those_that_are_kept_are_cut_off(tmp_path: Path) -> None:
    output = tmp_path / "found.jsonl"
    _fill(output, RECORDS)
    with journal.opened(output, SETTINGS) as kept:
        assert len(list(kept.standing())) == len(RECORDS)
        kept.go_on(2)
        kept.append(RECORDS[2])
        assert list(kept.records()) == RECORDS[:3]
        kept.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_journal_without_records_is_begun_anew_with_any_settings(tmp_path: Path) -> None:
    output = tmp_path / "found.jsonl"
    _fill(output, [])
    with journal.opened(output, {"model": "another"}) as kept:
        assert list(kept.standing()) == []
        kept.go_on(0)
    with journal.opened(output, SETTINGS) as kept:
        assert list(kept.standing()) == []

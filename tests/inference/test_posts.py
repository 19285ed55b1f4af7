import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.entities import Entity
from nghiquyet.posts import Kind, post_at, tokens


def _row(marked: str) -> tuple[str, list[Entity]]:
    """A text in which bodies stand in square brackets."""
    text, bodies = "", []
    for part in marked.split("["):
        name, closed, rest = part.partition("]")
        if closed:
            bodies.append(Entity("ORG", len(text), len(text) + len(name), name, 1.0))
        text += name + rest
    return text, bodies


@pytest.mark.parametrize(
    ("marked", "role", "body"),
    [
        ("Bí thư [Đảng ủy xã Sơn Trung]", "Bí thư", "Đảng ủy xã Sơn Trung"),
        ("nguyên Phó Bí thư Thường trực [Tỉnh ủy]", "nguyên Phó Bí thư Thường trực", "Tỉnh ủy"),
        ("Phó Trưởng [Ban Tổ chức]", "Phó Trưởng", "Ban Tổ chức"),
        ("Trưởng phòng Nội vụ", "Trưởng", "phòng Nội vụ"),
        ("Chủ tịch xã", "Chủ tịch", "xã"),
        ("Trưởng ấp 3", "Trưởng ấp", "ấp 3"),
        ("Trưởng thôn", "Trưởng thôn", None),
        ("chốt trưởng ở Măng Lùng", "chốt trưởng", "Măng Lùng"),
        ("Cục trưởng [Cục Kiểm soát] (C06)", "Cục trưởng", "Cục Kiểm soát"),
        ("Giám đốc HTX", "Giám đốc", None),
        ("Cố vấn trưởng của [JICA]", "Cố vấn trưởng", "JICA"),
        ("tổ trưởng tổ công nghệ số", "tổ trưởng", "tổ công nghệ số"),
        ("chỉ huy trưởng công trình của [Công ty A]", "chỉ huy trưởng công trình", "Công ty A"),
        ("đại biểu người Chăm thuộc [Đảng bộ xã B]", "đại biểu", "Đảng bộ xã B"),
        ("Bộ trưởng Tài chính", "Bộ trưởng Tài chính", None),
        ("phụ trách [Trạm Y tế]", "phụ trách", "Trạm Y tế"),
        ("phía [Sở Y tế]", None, "Sở Y tế"),
        ("Thiếu tướng", "Thiếu tướng", None),
        ("TS.", "TS", None),
        ("Bác sĩ chuyên khoa II", "Bác sĩ chuyên khoa II", None),
        ("bác sĩ [Trạm Y tế xã]", "bác sĩ", "Trạm Y tế xã"),
        ("thợ lò người Tày ở [Công ty Than]", "thợ lò", "Công ty Than"),
        ("nữ nhân viên sàng tuyển [Công ty A]", "nữ nhân viên sàng tuyển", "Công ty A"),
        ("cán bộ khuyến nông xã Đạ K’Nàng", "cán bộ khuyến nông", "xã Đạ K’Nàng"),
        ("công chức tư pháp của xã Mai Sơn", "công chức tư pháp", "xã Mai Sơn"),
        ("nông dân xã Mai Sơn", "nông dân", None),  # a home
        ("chủ vườn sầu riêng ở xã Mai Sơn", "chủ vườn sầu riêng", None),
    ],
)
def test_the_post_at_the_first_word(marked: str, role: str | None, body: str | None) -> None:
    text, bodies = _row(marked)
    found = post_at(tokens(text, 0, len(text), bodies), 0)
    assert found is not None
    assert (found.role and text[slice(*found.role)], found.body and text[slice(*found.body)]) == (role, body)


@pytest.mark.parametrize("text", ["", "ông", "Huyện ủy", "nữ", "phó", "trưởng", "tổng", "Sơn Trung", "."])
def test_no_post(text: str) -> None:
    assert post_at(tokens(text, 0, len(text), []), 0) is None


def test_the_kinds_of_posts() -> None:
    texts = {"Bí thư": Kind.POST, "Đại tá": Kind.TITLE, "nông dân": Kind.CALLING}
    found = {text: post_at(tokens(text, 0, len(text), []), 0) for text in texts}
    assert {text: post and post.kind for text, post in found.items()} == texts


PARTS = [
    "Phó",
    "Chủ tịch",
    "Trưởng",
    "thôn",
    "A",
    "3",
    "[Huyện ủy]",
    "của",
    "người",
    "xã",
    "TS",
    ".",
    "(",
    ")",
    "cán bộ",
    "chỉ",
    "phía",
]


@given(st.text().map(lambda text: text.replace("[", "")) | st.lists(st.sampled_from(PARTS)).map(" ".join))
def test_a_post_lies_in_its_row(marked: str) -> None:
    text, bodies = _row(marked)
    row = tokens(text, 0, len(text), bodies)
    for first in range(len(row) + 1):
        found = post_at(row, first)
        if found:
            assert first == found.first < found.stop <= len(row)
            for span in filter(None, (found.role, found.body)):
                assert row[first].start <= span[0] < span[1] <= row[found.stop - 1].end

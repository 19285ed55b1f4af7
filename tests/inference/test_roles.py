import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nghiquyet.entities import Entity
from nghiquyet.roles import Post, joined, posts


def _marked(marked: str) -> tuple[str, list[Entity], list[Entity]]:
    """A text in which people stand in <>, bodies in []."""
    text = ""
    found: dict[str, list[Entity]] = {">": [], "]": []}
    start = 0
    for char in marked:
        if char in "<[":
            start = len(text)
        elif char in ">]":
            found[char].append(Entity("PERSON" if char == ">" else "ORG", start, len(text), text[start:], 1.0))
        else:
            text += char
    return text, found[">"], found["]"]


def _said(marked: str) -> list[str]:
    posts_of = [joined([mention]) for mention in posts(*_marked(marked))]
    return [f"{post.role or '-'} | {post.organisation or '-'}" for post in posts_of]


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        # Before the name, behind it, on both sides.
        ("Bí thư [Huyện ủy] <A> nói", ["Bí thư | Huyện ủy"]),
        ("ông <A>, Bí thư [Huyện ủy] nói", ["Bí thư | Huyện ủy"]),
        ("ông <A> - Bí thư [Huyện ủy] - nói", ["Bí thư | Huyện ủy"]),
        ("<A> (Bí thư [Huyện ủy])", ["Bí thư | Huyện ủy"]),
        ("Thượng tá <A>, Trưởng [Công an xã]", ["Thượng tá, Trưởng | Công an xã"]),
        ("Bí thư [Huyện ủy] là đồng chí <A>, kế toán trưởng", ["Bí thư, kế toán trưởng | Huyện ủy"]),
        ("Giám đốc [HTX], anh <A>, nói", ["Giám đốc | HTX"]),
        ("TS. <A> nói", ["TS | -"]),
        ("<A> làm tổ trưởng tổ bảo vệ rừng", ["tổ trưởng | tổ bảo vệ rừng"]),
        ("đồng chí <A> được bầu giữ chức Bí thư [Huyện ủy]", ["Bí thư | Huyện ủy"]),
        # Several posts: the first organisation of any.
        ("<A>, Ủy viên [Ban Thường vụ Tỉnh ủy], Bí thư [Huyện ủy]", ["Ủy viên, Bí thư | Ban Thường vụ Tỉnh ủy"]),
        ("<A>, Tỉnh ủy viên, Giám đốc [Sở Y tế]", ["Tỉnh ủy viên, Giám đốc | Sở Y tế"]),
        ("<A>, Chủ tịch kiêm Giám đốc [Công ty B]", ["Chủ tịch kiêm Giám đốc | Công ty B"]),
        # Behind remarks on the person.
        ("<A>, 45 tuổi, Trưởng ấp 3", ["Trưởng ấp | ấp 3"]),
        ("<A> (dân tộc Dao), Bí thư [Đảng ủy xã]", ["Bí thư | Đảng ủy xã"]),
        ("Anh <A>, người Khmer từ Trà Vinh về đây ở rể, thuyền trưởng", ["thuyền trưởng | -"]),
        # A body without a post; a by-line has one in brackets alone.
        ("Ông <A> ([Chi bộ thôn B]) nói", ["- | Chi bộ thôn B"]),
        ("đồng chí <A> - [Chi bộ thôn B] cho rằng", ["- | Chi bộ thôn B"]),
        ("Già làng <A> (làng Doch 2)", ["Già làng | làng Doch 2"]),
        ("trung úy <A>, công tác tại [Đồn Biên phòng B], nói", ["trung úy | Đồn Biên phòng B"]),
        ("Phía [Sở Y tế], ông <A> báo cáo", ["- | Sở Y tế"]),
        ("thầy <A> của [Trường B]", ["- | Trường B"]),
        ("Bài: <A> - [Báo B]", ["- | -"]),
        ("(Ảnh: <A> - [Trung tâm B])", ["- | Trung tâm B"]),
        ("Ông <A>, thôn Nội, nói", ["- | -"]),
        # Posts between two names, and those that several share.
        ("Bí thư [Huyện ủy] <A>, Chủ tịch [UBND huyện] <B>", ["Bí thư | Huyện ủy", "Chủ tịch | UBND huyện"]),
        ("<A>, Bí thư [Huyện ủy]; <B>, Chủ tịch [HĐND]", ["Bí thư | Huyện ủy", "Chủ tịch | HĐND"]),
        ("các Phó Chủ tịch [UBND] <A>, <B>", ["Phó Chủ tịch | UBND"] * 2),
        ("đảng viên <A> và <B>", ["đảng viên | -", "- | -"]),
        ("Thư ký: <A>, <B>", ["Thư ký | -"] * 2),
        ("các đồng chí <A>, <B> giữ chức Phó Bí thư [Huyện ủy]", ["Phó Bí thư | Huyện ủy"] * 2),
        ("<A>, Phó Bí thư [Huyện ủy], lãnh đạo [UBND huyện]", ["Phó Bí thư | Huyện ủy"]),
        ("phóng viên [Báo B] trao đổi với Bí thư [Huyện ủy] <A>", ["Bí thư | Huyện ủy"]),
        ("nhiều ủy viên <A>", ["- | -"]),
        # The body is named one clause or sentence before, or at the end of the paragraph before.
        ("[Đồn Biên phòng B] giúp dân. Thiếu tá <A> nói", ["Thiếu tá | Đồn Biên phòng B"]),
        ("[HTX B] ra đời.\n\n- Anh <A>, Giám đốc HTX, nói", ["Giám đốc | HTX B"]),
        ("[HTX B] ra đời. Dân vui. Giám đốc <A> nói", ["Giám đốc | -"]),
        ("[Công ty B] giúp dân. Thiếu tá <A> nói", ["Thiếu tá | -"]),
        ("[Trạm Y tế xã] và [Hội B]. <A>, Trưởng trạm", ["Trưởng trạm | Trạm Y tế xã"]),
        ("[Tổng cục B] họp tại TP. Vĩnh Yên. Phó Tổng cục trưởng <A>", ["Phó Tổng cục trưởng | Tổng cục B"]),
        ("Ở [Trường THPT B], cô giáo <A> kể", ["cô giáo | Trường THPT B"]),
        ("Ở [Trường THPT B], nông dân <A> kể", ["nông dân | -"]),
        ("Xóm Bó Thẩu xa. Trưởng xóm <A> kể", ["Trưởng xóm | Xóm Bó Thẩu"]),
    ],
)
def test_the_posts_beside_names(marked: str, said: list[str]) -> None:
    assert _said(marked) == said
    assert [unicodedata.normalize("NFC", one) for one in _said(unicodedata.normalize("NFD", marked))] == said


@pytest.mark.parametrize(
    ("mentions", "post"),
    [
        ([], Post(None, None)),
        ([[Post("Bí thư", None)], [Post("Bí thư", "Huyện ủy")]], Post("Bí thư", "Huyện ủy")),
        ([[Post("Phó Bí thư", None)], [Post("Phó Bí thư Thường trực", None)]], Post("Phó Bí thư Thường trực", None)),
        ([[Post("Bí thư", "Huyện ủy")], [Post("trưởng ban", "Ban B")]], Post("Bí thư, trưởng ban", "Huyện ủy")),
        ([[Post(None, "Ban B")], [Post("Bí thư", None)]], Post("Bí thư", "Ban B")),
        ([[Post("Bí thư", "Huyện ủy")], [Post("BÍ  THƯ", "Huyện uỷ Ba Tơ")]], Post("Bí thư", "Huyện uỷ Ba Tơ")),
    ],
)
def test_posts_at_several_mentions(mentions: list[list[Post]], post: Post) -> None:
    assert joined(mentions) == post


@given(
    st.lists(st.sampled_from(["<A>", "[B]", "Bí thư", "là", ",", "(", ")", "-", "ông", ":", "các", "tuổi", "\n", "kiêm"])).map(
        " ".join
    )
)
def test_every_name_has_its_posts(marked: str) -> None:
    text, people, bodies = _marked(marked)
    found = posts(text, people, bodies)
    assert len(found) == len(people)
    for post in (post for held in found for post in held):
        assert (post.role or post.organisation or "") in " ".join(text.split())

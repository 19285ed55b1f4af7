"""A prediction as the HTML of the page. Everything that comes from an article is escaped here or by `Prediction.to_html`."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from nghiquyet import Entity, Organisation, Person, Prediction

TARGETS: Final = "Chỉ tiêu · Targets"
PEOPLE: Final = "Người · People"
ORGANISATIONS: Final = "Tổ chức · Organisations"
SCORES: Final = (
    "Điểm là xác suất để cụm từ được tìm đúng cả loại, chỗ đầu và chỗ cuối: trong mười cụm có điểm 0,9 thì khoảng chín cụm đúng. "
    "Với người và tổ chức, đó là điểm cao nhất trong các lần nhắc đến. · "
    "A score is the probability that kind, beginning and end of a phrase are right: of ten with 0.9, about nine are. "
    "For people and organisations it is the best score among the mentions."
)

_LEGEND: Final = {"TARGET": TARGETS, "PERSON": PEOPLE, "ORG": ORGANISATIONS}


def status(message: str, *, refused: bool = False) -> str:
    """One visible line that screen readers announce."""
    kind = "refused" if refused else "fine"
    return f'<p class="nq-status nq-{kind}" role="status">{escape(message)}</p>'


def found(prediction: Prediction) -> str:
    """How much was found, in one line."""
    if not prediction.entities:
        return "Không tìm thấy gì trong văn bản này. · Nothing was found in this text."
    counts = ((TARGETS, prediction.targets), (PEOPLE, prediction.people), (ORGANISATIONS, prediction.organisations))
    return " | ".join(f"{name}: {len(records)}" for name, records in counts)


def marked(prediction: Prediction) -> str:
    """The legend over the highlighted text."""
    return f'{_legend(prediction)}<div class="nq-text" tabindex="0" lang="vi">{prediction.to_html()}</div>'


def tables(prediction: Prediction) -> str:
    """Targets, people and organisations, a table each, and what the scores mean."""
    targets = [(target.text, f"{target.entity.score:.0%}") for target in prediction.targets]
    return (
        '<div class="nq-tables">'
        + _table("nq-targets", TARGETS, ("Chỉ tiêu · Target", "Điểm · Score"), targets)
        + _table("nq-people", PEOPLE, _NAMED, _named(prediction.people))
        + _table("nq-organisations", ORGANISATIONS, _NAMED, _named(prediction.organisations))
        + f'</div><p class="nq-scores">{escape(SCORES)}</p>'
    )


_NAMED: Final = ("Tên · Name", "Số lần · Mentions", "Điểm · Score")


def _named(records: Iterable[Person | Organisation]) -> list[tuple[str, ...]]:
    return [
        (record.name, str(len(record.mentions)), f"{max(mention.score for mention in record.mentions):.0%}") for record in records
    ]


def _table(name: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    nothing = f'<tr><td colspan="{len(columns)}">Không có · None</td></tr>'
    return (
        f'<section class="{name}"><table><caption>{escape(title)} ({len(rows)})</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body or nothing}</tbody></table></section>"
    )


def _legend(prediction: Prediction) -> str:
    """One mark a label, drawn by the same code as the marks in the text, so that the two cannot differ."""
    labels = dict.fromkeys([*_LEGEND, *(entity.label for entity in prediction.entities)])
    marks = (_mark(label, _LEGEND.get(label, label)) for label in labels)
    return f'<div class="nq-legend" role="group" aria-label="Chú giải · Legend">{"".join(marks)}</div>'


def _mark(label: str, text: str) -> str:
    return Prediction(text, (Entity(label, 0, len(text), text, 1.0),)).to_html()

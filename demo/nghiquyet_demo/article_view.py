"""What was found in one article, as the HTML of the page, in the order in which one reads it; all of the article is escaped."""

from html import escape
from typing import Final

from nghiquyet import Prediction
from nghiquyet_demo import facts, highlight
from nghiquyet_demo.articles import Refused, vietnamese
from nghiquyet_demo.tables import Cell, Row, amount, figures, percent, said, state, status_line, table, unit
from nghiquyet_demo.timeline import timeline
from nghiquyet_demo.wording import Words

_TARGET_COLUMNS: Final = (Words.INDICATOR, Words.VALUE, Words.UNIT, Words.DEADLINE, Words.OWNER, Words.STATUS, Words.SCORE)
_PERSON_COLUMNS: Final = (Words.NAME, Words.ROLE, Words.BODY, Words.MENTIONS, Words.SCORE)
_ORGANISATION_COLUMNS: Final = (Words.NAME, Words.LEVEL, Words.LOCALITY, Words.MENTIONS, Words.SCORE)


def waiting() -> str:
    return status_line(Words.WAITING.html())


def refused(reason: Refused | None) -> str:
    """Why nothing was read; without a reason, that something went wrong here."""
    return status_line(reason.html() if reason else Words.FAILED.html(), "refused")


def article(prediction: Prediction, name: str | None = None) -> tuple[str, str]:
    """How much was found, in a sentence; and the slider, the targets, when they fall due, the text, the people, the organisations.

    The sentence begins with `name`, that of a file, and has a notice where the text hardly looks Vietnamese.
    """
    found = [facts.fact(target) for target in prediction.targets]
    people = [facts.person(person) for person in prediction.people]
    bodies = [facts.organisation(body) for body in prediction.organisations]
    counts = Words.FOUND.html(targets=len(found), people=len(people), organisations=len(bodies))
    source = f'<span class="nq-source" lang="vi">{escape(name)}</span> ' if name else ""
    notice = "" if vietnamese(prediction.text) else f'<p class="nq-notice">{Words.NOT_VIETNAMESE.html()}</p>'
    summary = status_line(source + (counts if prediction.entities else Words.NOTHING.html()), "found") + notice
    return summary, (
        f'<div class="nq-article">{_slider()}'
        + table("targets", Words.TARGETS, _TARGET_COLUMNS, map(_target, found), Words.NO_TARGETS)
        + timeline(found)
        + '<div class="nq-columns">'
        + f'<section class="nq-section nq-reading"><h2 class="nq-heading">{Words.TEXT.html()}</h2>'
        + highlight.legend(prediction.entities)
        + f'<div class="nq-text" lang="vi" tabindex="0" role="region" aria-label="{escape(Words.TEXT.both())}">'
        + f"{highlight.marked(prediction.text, prediction.entities)}</div>"
        + f'<button type="button" class="nq-back" hidden>{Words.BACK.html()}</button></section>'
        + '<div class="nq-names">'
        + table("people", Words.PEOPLE, _PERSON_COLUMNS, map(_person, people), Words.NO_PEOPLE)
        + table("organisations", Words.ORGANISATIONS, _ORGANISATION_COLUMNS, map(_organisation, bodies), Words.NO_ORGANISATIONS)
        + f'</div></div><p class="nq-hint nq-scores">{Words.SCORES.html()}</p></div>'
    )


def _slider() -> str:
    return (
        f'<div class="nq-filter"><label for="nq-least">{Words.LEAST_SCORE.html()}</label>'
        '<input id="nq-least" class="nq-least" type="range" min="0" max="99" step="1" value="0">'
        '<output for="nq-least"><span class="nq-least-value">0%</span></output></div>'
    )


def _target(fact: facts.Fact) -> Row:
    sign = f'<span class="nq-sign" aria-hidden="true">{fact.sign}</span> ' if fact.sign else ""
    change = f'<span class="nq-unseen">{fact.change.html()}</span>' if fact.change else ""
    baseline = f'<small class="nq-under">{Words.FROM.html()} {figures(fact.baseline)}</small>' if fact.baseline else ""
    year = str(fact.year) if fact.year else ""
    period = fact.period if fact.period and not (year and fact.period.endswith(year)) else ""
    value = f"{sign}{change}{figures(fact.value) or facts.NOTHING}{baseline}"
    deadline = year + (f'<small class="nq-under">{fact.period}</small>' if fact.period and year else period)
    return Row(
        (
            said(fact.indicator),
            amount(fact, value),
            Cell(unit(fact) or facts.NOTHING, fact.unit),
            Cell(deadline or facts.NOTHING, float(fact.year) if fact.year else ""),
            said(fact.owner or facts.NOTHING),
            state(fact),
            percent(fact.entity.score),
        ),
        (fact.entity,),
        fact.entity.score,
    )


def _person(record: facts.Named) -> Row:
    return _named(record, said(record.about or facts.NOTHING), said(record.body or facts.NOTHING))


def _organisation(record: facts.Named) -> Row:
    level = Cell(record.level.html(), record.level.vi) if record.level else Cell(facts.NOTHING)
    return _named(record, level, said(record.about or facts.NOTHING))


def _named(record: facts.Named, *about: Cell) -> Row:
    times = Cell(str(len(record.mentions)), float(len(record.mentions)))
    return Row((said(record.name), *about, times, percent(record.score)), record.mentions, record.score)

"""What a terminal shows: the records of each document, a comparison, where the time went. No article becomes markup."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nghiquyet import profile, records, rendering
from nghiquyet.comparison import Comparison
from nghiquyet.documents import Failure
from nghiquyet.entities import Entity
from nghiquyet.outputs import Result

_COLUMNS: Final = (
    "chỉ tiêu · indicator",
    "giá trị · value",
    "hạn · deadline",
    "chủ thể · owner",
    "trạng thái · status",
    "score",
)


def print_results(results: Iterable[Result]) -> None:
    """Each document's targets as a table, its people and organisations as lists; failures are told elsewhere."""
    console = Console()
    for result in results:
        if isinstance(result, Failure):
            continue
        found = result.prediction
        console.rule(f"[bold]{escape(result.name)}[/bold]")
        shown = Table(*_COLUMNS, box=None, header_style="bold")
        for target in found.targets:
            cells = (target.indicator or target.raw, rendering.value(target), rendering.deadline(target), target.owner or "")
            shown.add_row(*map(escape, cells), rendering.STATUSES[target.status], f"{target.entity.score:.2f}")
        console.print(shown if shown.row_count else "[dim]không có chỉ tiêu · no targets[/dim]")
        people = [
            (person.name, ", ".join(filter(None, (person.role, person.organisation))), person.mentions) for person in found.people
        ]
        bodies = [(body.name, "", body.mentions) for body in found.organisations]
        for title, named in (("người · people", people), ("tổ chức · organisations", bodies)):
            console.print(f"[bold]{title}[/bold]: {'; '.join(_named(*item) for item in named) or '[dim]–[/dim]'}", highlight=False)
        others = [entity for entity in found.entities if entity.label not in records.LABELS]
        for entity in others:
            console.print(f"[bold]{escape(entity.label)}[/bold]: {escape(entity.text)} [dim]{entity.start}-{entity.end}[/dim]")
        console.print()


def print_comparison(compared: Comparison) -> None:
    """A row an indicator, a column a document."""
    shown = Table("chỉ tiêu · indicator", *map(escape, compared.headings), header_style="bold", show_lines=True)
    for row in compared.rows:
        shown.add_row(escape(row.indicator), *map(escape, row.shown))
    Console().print(shown if compared.rows else "[dim]không có chỉ tiêu · no targets[/dim]")


def print_stages(console: Console, rows: Iterable[profile.Row]) -> None:
    """Where the time of a run went."""
    table = Table("stage", "seconds", "share", "calls", box=None, header_style="bold")
    for row in rows:
        table.add_row(row.name, f"{row.seconds:.3f}", f"{row.share:.0%}", f"{row.calls:,}")
    console.print(table)


def _named(name: str, post: str, mentions: Sequence[Entity]) -> str:
    told = f" ({escape(post)})" if post else ""
    return f"{escape(' '.join(name.split()))}{told} [dim]×{len(mentions)}[/dim]"

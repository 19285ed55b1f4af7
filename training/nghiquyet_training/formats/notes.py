"""What a conversion had to change or leave out: counted, with the places, so that nothing goes silently."""

from dataclasses import dataclass, field


@dataclass
class Notes:
    """For each kind of change, in the order met, the places where it was made."""

    places: dict[str, list[str]] = field(default_factory=dict)

    def add(self, change: str, place: str) -> None:
        self.places.setdefault(change, []).append(place)

    @property
    def counts(self) -> dict[str, int]:
        """How often each kind of change was made."""
        return {change: len(places) for change, places in self.places.items()}

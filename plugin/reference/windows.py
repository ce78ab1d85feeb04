"""The days of an NCCI edit: its windows, how their first days are known, and what changed when."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from plugin.reference.library import SETTINGS, Library, ended
from plugin.reference.statements import Said, kept
from plugin.tables import OPEN
from rules.bundling.ptp_edit import NEVER
from rules.policy import Edit
from rules.words import Setting

TAKEN_BACK = "9"
MEANS = {
    NEVER: "no modifier sets the two apart: column two is never paid beside column one",
    "1": "a modifier may set the two apart, where they truly were",
    TAKEN_BACK: "CMS took the edit back from its first day: it never was in force",
}
BASIS = {
    "read": "read in a later file of CMS",
    "implied": "the day on which CMS took it back",
    "inferred": "inferred from the end of the window before",
    "": "not printed in the release",
}
Window = tuple[str, str, Edit]


def holding(found: Iterable[Window], day: str) -> Window | None:
    """Return the window in force on a day (ISO), or None.

    Where the release prints both directions without a first day, the one that ended first: the
    other, which replaced it, cannot have begun before.
    """
    held = [window for window in found if window[2].in_force(day)]
    return min(held, key=lambda w: w[2].deletion or OPEN, default=None)


def windows(library: Library, one: str, two: str, day: date) -> list[Said]:
    """Return every window of a pair, those that both settings share once, the oldest first."""
    found: dict[Window, list[Setting]] = {}
    for setting in SETTINGS:
        for window in library.windows(one, two, setting):
            found.setdefault(window, []).append(setting)
    ordered = sorted(found, key=lambda w: (w[2].effective or "", w[2].deletion or "9", w[0]))
    return [_written(window, found[window], day) for window in ordered]


def _written(window: Window, settings: list[Setting], day: date) -> Said:
    first, second, edit = window
    return kept(
        settings=settings,
        columnOne=first,
        columnTwo=second,
        indicator=edit.indicator,
        means=MEANS[edit.indicator],
        effective=edit.effective,
        basis=edit.basis,
        firstDay=BASIS[edit.basis],
        ending=edit.deletion,
        inForce=edit.in_force(day.isoformat()),
    )


def changes(library: Library, one: str, two: str) -> list[Said]:
    """Tell what changed when, the oldest first; without a day where none is printed."""
    told: dict[tuple[str, str], list[Setting]] = {}
    for setting in SETTINGS:
        for turn in _turns([*library.windows(one, two, setting)]):
            told.setdefault(turn, []).append(setting)
    return [kept(day=day, says=says, settings=told[day, says]) for day, says in sorted(told)]


def _turns(found: list[Window]) -> Iterator[tuple[str, str]]:
    """Tell on which days two codes became, stopped being, or changed as a pair, in one setting."""
    for one, two, edit in found:
        if edit.indicator == TAKEN_BACK:
            yield edit.effective, f"CMS printed {two} beside {one} as a pair, and took it back"
        elif not edit.effective:
            yield "", f"{_state((one, two, edit))}, from a first day that is not printed"
    firsts = {date.fromisoformat(e.effective) for *_, e in found if e.effective}
    for day in sorted(firsts | {over for *_, e in found if (over := ended(e))}):
        before, after = (_on(found, x) for x in (day - timedelta(days=1), day))
        if before != after:
            was = before.replace(" is ", " was ")
            yield day.isoformat(), after or f"no pair any more; until then {was}"


def _on(found: list[Window], day: date) -> str:
    """Say what two codes are to each other on a day; empty when they are no pair."""
    held = holding(found, day.isoformat())
    return _state(held) if held else ""


def _state(window: Window) -> str:
    one, two, edit = window
    how = "never paid" if edit.indicator == NEVER else "paid only with a modifier"
    return f"{two} is {how} beside {one}"

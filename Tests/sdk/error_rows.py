"""The published error rows, and the table of how each of them is reached.

A case changes a call that would go well so that exactly one row speaks against it: a function that gets a world, does
there what must have happened before, and returns the changed arguments. It is found by action, code and, where an
action has a code twice, by what the message adds.
"""

import dataclasses
import json
import pathlib

PUBLISHED = json.loads((pathlib.Path(__file__).parents[1] / "reference/actions.json").read_text())
UNPUBLISHED = ("(text not published)", "(text not retrieved)")


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of an action's table; `message` is None where its text was never published."""

    action: str
    service: str
    status: int
    code: str
    message: str | None

    @property
    def key(self):
        variants = {"maximum length": "long", "in freeze": "frozen"}
        more = next((name for text, name in variants.items() if text in (self.message or "")), "")
        return self.action, self.code, more

    def __str__(self):
        return "-".join(part for part in self.key if part)


def text_of(message):
    return None if message.startswith(UNPUBLISHED) else message


ROWS = [
    Row(action["action"], action["service"], row["http"], row["code"], text_of(row["message"]))
    for action in PUBLISHED["actions"] for row in action["errors"]
]


@dataclasses.dataclass(frozen=True)
class Case:
    changes: object
    world: str


CASES = {}

# Rows that no call can reach, by the same key, with the reason why. A row is here or in CASES, never in both.
UNREACHABLE = {}


def case(action, code, variant="", world="plain"):
    """Registers how one row is reached."""
    def register(changes):
        assert (action, code, variant) not in CASES, f"{action} {code} {variant} is there twice"
        CASES[action, code, variant] = Case(changes, world)
        return changes
    return register


def family(code, changes, variant="", only=None):
    """Registers one way, fixed changes, for all actions that have the row, or for some."""
    found = [row.action for row in ROWS if row.key[1:] == (code, variant) and (only is None or row.action in only)]
    assert found, f"no action has {code} {variant}"
    for action in found:
        case(action, code, variant)(lambda world, action=action: changes(action) if callable(changes) else changes)


def unknown(code, parameter, only=None):
    """Registers a call that names what does not exist."""
    family(code, {parameter: "xyz-none"}, only=only)

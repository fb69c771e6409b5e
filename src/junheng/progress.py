"""What a build says while it works: one line per step, with time and rows, on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console

from junheng.messages import Messages
from junheng.terminal import visible


@dataclass
class Step:
    """A step that runs. The step itself fills in `rows` and `detail`; `say` shows what it is at."""

    key: str
    name: str
    rows: int | None = None
    detail: str = ""
    seconds: float = 0.0
    _show: list[object] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Show what the step is doing right now."""
        for status in self._show:
            status.update(f"{self.name} · {visible(text)}")  # type: ignore[attr-defined]


Listener = Callable[[Step, str], None]


class Progress:
    """Steps on a console; silent when `quiet`. `build_id` is that of the build, once it has one.

    Who listens is told of every step: that it has `started`, `finished` or `failed`.
    """

    def __init__(self, messages: Messages, *, quiet: bool = False) -> None:
        self.messages = messages
        self.quiet = quiet
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self.steps: list[Step] = []
        self.build_id: str | None = None
        self.listeners: list[Listener] = []

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time a step and print its line when it has ended well."""
        step = Step(name, self.messages.text("steps", name))
        self._tell(step, "started")
        started = time.perf_counter()
        state = "failed"
        try:
            if not self.quiet and self.console.is_terminal:
                with self.console.status(step.name) as status:
                    step._show.append(status)
                    yield step
            else:
                yield step
            state = "finished"
        finally:
            step.seconds = time.perf_counter() - started
            self._tell(step, state)
        self.steps.append(step)
        if not self.quiet:
            rows = self.messages.text("summary", "rows", rows=f"{step.rows:,}") if step.rows is not None else ""
            line = f"  {step.name}  {step.seconds:.1f} s  {rows}  {step.detail}".rstrip()
            self.console.print(visible(line), markup=False)

    def _tell(self, step: Step, state: str) -> None:
        for listener in self.listeners:
            listener(step, state)

    def say(self, text: str) -> None:
        """Print a line beside the steps."""
        if not self.quiet:
            self.console.print(visible(text), markup=False)

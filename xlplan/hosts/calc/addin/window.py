"""Where a command shows itself: progress in the status bar, Esc to stop, a bar with the message above the sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

STEPS = 1000
INFOBAR = "xlplan"
LEVELS = {"info": 1, "warning": 2, "error": 3}
"""LibreOffice's com.sun.star.frame.InfobarType: success, warning, danger."""


class Message(NamedTuple):
    """What to tell the planner: ``info``, ``warning`` or ``error``, a headline, and lines below it."""

    level: str
    headline: str
    lines: Sequence[str] = ()

    def text(self) -> str:
        """All of it."""
        return "\n".join([self.headline, *self.lines])


class Stopped(Exception):
    """The planner pressed Esc."""


class Window:
    """The window of a document; of a hidden one nothing is shown.

    Parameters
    ----------
    controller : object
        The document's controller.
    """

    def __init__(self, controller: Any) -> None:
        self._controller = controller
        self._shown = controller is not None and controller.Frame.ContainerWindow.isVisible()
        self._indicator: Any = None
        self._keys: Any = None
        self._at = 0
        self._stopped = False

    def begin(self, says: str) -> None:
        """Open the progress bar and listen to the keys."""
        if self._shown:
            self._indicator = self._controller.Frame.createStatusIndicator()
            self._indicator.start(says, STEPS)
            self._keys = _keys(self._press, self._leave)
            self._controller.addKeyHandler(self._keys)

    def show(self, says: str, share: float) -> None:
        """Say what is being done, and the share that is done."""
        self._at = int(share * (STEPS - 2))
        if self._shown:
            self._indicator.setText(f"{says} (Esc stops)")
            self._indicator.setValue(self._at)

    def glance(self) -> None:
        """Let LibreOffice draw and take keys, which it does whenever the bar moves.

        Raises
        ------
        Stopped
            Esc was pressed.
        """
        if self._shown:
            self._at ^= 1
            self._indicator.setValue(self._at)
        if self._stopped:
            raise Stopped

    def end(self) -> None:
        """Close the progress bar; keys mean what they always do."""
        if self._shown:
            self._controller.removeKeyHandler(self._keys)
            self._indicator.end()

    def tell(self, message: Message) -> None:
        """Show a message in a bar, which waits for nobody: a dialog would block a LibreOffice that a script drives."""
        if self._shown:
            if self._controller.hasInfobar(INFOBAR):
                self._controller.removeInfobar(INFOBAR)
            self._controller.appendInfobar(
                INFOBAR, message.headline, "\n".join(message.lines), LEVELS[message.level], (), True
            )

    def _press(self) -> None:
        self._stopped = True

    def _leave(self) -> None:
        self._shown, self._stopped = False, True


def _keys(stop: Callable[[], None], leave: Callable[[], None]) -> Any:
    """A key handler: Esc stops, and no other key changes cells while a plan is computed; a closed window is left."""
    import unohelper
    from com.sun.star.awt import XKeyHandler
    from com.sun.star.awt.Key import ESCAPE

    class Keys(unohelper.Base, XKeyHandler):  # type: ignore[misc]
        def keyPressed(self, event: Any) -> bool:
            if event.KeyCode == ESCAPE:
                stop()
            return True

        def keyReleased(self, event: Any) -> bool:
            return True

        def disposing(self, source: Any) -> None:
            leave()

    return Keys()

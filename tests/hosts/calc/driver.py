"""Runs under the Python that has UNO: starts a LibreOffice of its own and does there what the tests ask for.

Started by ``office.py``; messages come and go over its standard streams, as between the add-in and its worker.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from typing import Any

import uno
from com.sun.star.awt import KeyEvent, Point, Size
from com.sun.star.awt.Key import ESCAPE
from com.sun.star.beans import NamedValue, PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.form.FormButtonType import URL
from com.sun.star.sheet.DataPilotFieldOrientation import DATA, ROW

from xlplan.hosts.calc.addin.document import Document
from xlplan.hosts.calc.addin.wire import receive, send

RESTART = 81
"""Exit code with which LibreOffice asks to be started again after it has taken in an extension."""
LONGEST_START_S = 60.0
ALWAYS = 4
"""com.sun.star.document.MacroExecMode: macros run, nobody is asked."""


class Driver:
    """One LibreOffice and the documents that are open in it."""

    def __init__(self, program: str, profile: str, extensions: str) -> None:
        pipe = f"xlplan{uuid.uuid4().hex}"
        address = f"pipe,name={pipe};urp;StarOffice.ComponentContext"
        self._command = [
            program,
            *("--headless", "--invisible", "--norestore", "--nologo", "--nodefault", f"--accept={address}"),
            f"-env:UserInstallation={uno.systemPathToFileUrl(profile)}",
            f"-env:BUNDLED_EXTENSIONS={uno.systemPathToFileUrl(extensions)}",
        ]
        self._log = open(f"{profile}.log", "ab")  # noqa: SIM115 - as long as LibreOffice runs
        self._start()
        self._context = self._connected(f"uno:{address}")
        self._desktop = self._service("com.sun.star.frame.Desktop")
        self._models: dict[int, Any] = {}

    def _start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "PYTHONPATH")}
        self._process = subprocess.Popen(
            self._command, env=environment, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )

    def _connected(self, address: str) -> Any:
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        end = time.monotonic() + LONGEST_START_S
        while True:
            try:
                return resolver.resolve(address)
            except NoConnectException:
                if self._process.poll() == RESTART:
                    self._start()
                elif self._process.poll() is not None or time.monotonic() > end:
                    self._process.kill()
                    raise
                time.sleep(0.05)

    def _service(self, name: str) -> Any:
        return self._context.ServiceManager.createInstanceWithContext(name, self._context)

    def stop(self) -> None:
        for model in self._models.values():
            model.close(True)
        self._desktop.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def open(self, path: str | None, hidden: bool) -> int:
        url = uno.systemPathToFileUrl(path) if path else "private:factory/scalc"
        options = (_option("Hidden", hidden), _option("MacroExecutionMode", ALWAYS))
        model = self._desktop.loadComponentFromURL(url, "_blank", 0, options)
        number = max(self._models, default=0) + 1
        self._models[number] = model
        return number

    def close(self, number: int) -> None:
        self._models.pop(number).close(True)

    def door(self, number: int, method: str, *arguments: Any) -> Any:
        """A call of the add-in's own class, from outside."""
        return getattr(Document(self._models[number]), method)(*arguments)

    def failing(self, number: int) -> Any:
        """Address and formula of the cells that show an error."""
        return [(address, formula) for address, formula, _ in Document(self._models[number]).failing(1000)]

    def put(self, number: int, sheet: str, area: str, rows: Any) -> None:
        self._area(number, sheet, area).setDataArray(tuple(tuple(row) for row in rows))

    def formula(self, number: int, sheet: str, area: str, text: str, array: bool) -> None:
        cells = self._area(number, sheet, area)
        if array:
            cells.setArrayFormula(text)
        else:
            cells.getCellByPosition(0, 0).setFormula(text)

    def cells(self, number: int, sheet: str, area: str) -> Any:
        address = self._area(number, sheet, area).RangeAddress
        return Document(self._models[number]).read(
            (sheet, address.StartRow, address.StartColumn, address.EndRow, address.EndColumn)
        )

    def texts(self, number: int, sheet: str, area: str) -> Any:
        """Formulas as LibreOffice holds them."""
        return self._area(number, sheet, area).getFormulaArray()

    def calculate_all(self, number: int) -> None:
        self._models[number].calculateAll()

    def formulas(self, number: int, sheet: str, area: str, texts: Any) -> None:
        """Many formulas at once."""
        self._area(number, sheet, area).setFormulaArray(tuple(tuple(row) for row in texts))

    def seconds(self, number: int, sheet: str, area: str, rows: Any, last: str) -> float:
        """How long LibreOffice takes to put in new values and to calculate what depends on them."""
        model = self._models[number]
        began = time.perf_counter()
        self.put(number, sheet, area, rows)
        model.calculate()
        self._area(number, sheet, last).getDataArray()
        return time.perf_counter() - began

    def protect(self, number: int, sheet: str) -> None:
        self._models[number].Sheets.getByName(sheet).protect("")

    def sheets(self, number: int) -> Any:
        return self._models[number].Sheets.ElementNames

    def charts(self, number: int) -> Any:
        """Ranges behind every series."""
        return [
            labelled.Values.SourceRangeRepresentation
            for sheet in self._models[number].Sheets.ElementNames
            for name in self._models[number].Sheets.getByName(sheet).Charts.ElementNames
            for labelled in self._models[number]
            .Sheets.getByName(sheet)
            .Charts.getByName(name)
            .EmbeddedObject.getDataSequences()
            if labelled.Values is not None
        ]

    def formats(self, number: int, sheet: str) -> Any:
        """Cells of every conditional format, and its formula."""
        formats = self._models[number].Sheets.getByName(sheet).ConditionalFormats.getConditionalFormats()
        return [(one.Range.RangeAddressesAsString, one.getByIndex(0).Formula1) for one in formats]

    def anchors(self, number: int) -> Any:
        """Cells at which the drawings of the first sheet are fixed."""
        page = self._models[number].Sheets.getByIndex(0).DrawPage
        return [shape.Anchor.AbsoluteName.rpartition(".")[2].replace("$", "") for shape in page]

    def comment(self, number: int, sheet: str, cell: str, text: str) -> None:
        place = self._area(number, sheet, cell).getCellByPosition(0, 0).CellAddress
        self._models[number].Sheets.getByName(sheet).Annotations.insertNew(place, text)

    def comments(self, number: int, sheet: str) -> Any:
        """Cell and text of every comment."""
        found = self._models[number].Sheets.getByName(sheet).Annotations
        return [(one.Parent.AbsoluteName.rpartition(".")[2].replace("$", ""), one.String) for one in found]

    def pivot(self, number: int, sheet: str, source: str, cell: str) -> None:
        """Sums of the second column by the first."""
        tables = self._models[number].Sheets.getByName(sheet).DataPilotTables
        made = tables.createDataPilotDescriptor()
        made.setSourceRange(self._area(number, sheet, source).RangeAddress)
        for place, orientation in enumerate((ROW, DATA)):
            made.DataPilotFields.getByIndex(place).Orientation = orientation
        tables.insertNewByName("Pivot", self._area(number, sheet, cell).getCellByPosition(0, 0).CellAddress, made)

    def command(self, name: str, number: int | None = None) -> str:
        given = [NamedValue("Command", name)]
        if number is not None:
            given.append(NamedValue("Document", self._models[number]))
        return str(self._service("org.xlplan.Commands").execute(tuple(given)))

    def status(self) -> Any:
        return json.loads(self.command("status"))

    def message_shown(self, number: int) -> bool:
        return bool(self._models[number].CurrentController.hasInfobar("xlplan"))

    def undo_possible(self, number: int) -> bool:
        return bool(self._models[number].UndoManager.isUndoPossible())

    def click(self, number: int, url: str) -> None:
        """Put a button with an address on the first sheet, as a planner does, and press it."""
        model = self._models[number]
        model.CurrentController.setActiveSheet(model.Sheets.getByIndex(0))
        button = model.createInstance("com.sun.star.form.component.CommandButton")
        button.Name, button.Label = "Press", "Press"
        button.ButtonType, button.TargetURL = URL, url
        shape = model.createInstance("com.sun.star.drawing.ControlShape")
        shape.setPosition(Point(1000, 1000))
        shape.setSize(Size(3000, 800))
        shape.setControl(button)
        model.Sheets.getByIndex(0).DrawPage.add(shape)
        model.CurrentController.setFormDesignMode(False)
        control = model.CurrentController.getControl(button)
        control.AccessibleContext.doAccessibleAction(0)

    def press(self, number: int, caption: str) -> None:
        """Press the button of that caption, on whichever sheet it stands."""
        model = self._models[number]
        for sheet in model.Sheets:
            for form in sheet.DrawPage.Forms:
                for control in form:
                    if getattr(control, "Label", "") == caption:
                        model.CurrentController.setActiveSheet(sheet)
                        view = model.CurrentController.getControl(control)
                        view.AccessibleContext.doAccessibleAction(0)
                        return
        raise LookupError(caption)

    def basic(self, number: int, source: str) -> Any:
        """What the function Main of a Basic module returns that stands in the document."""
        model = self._models[number]
        model.BasicLibraries.createLibrary("Tests").insertByName("Test", source)
        address = "vnd.sun.star.script:Tests.Test.Main?language=Basic&location=document"
        answer, _, _ = model.getScriptProvider().getScript(address).invoke((), (), ())
        return answer

    def press_escape_while(self, number: int, url: str) -> None:
        """Start a command, as a menu does, and press Esc while it computes."""
        controller = self._models[number].CurrentController
        frame = controller.Frame
        parsed = uno.createUnoStruct("com.sun.star.util.URL")
        parsed.Complete = url
        _, parsed = self._service("com.sun.star.util.URLTransformer").parseStrict(parsed)
        running = threading.Thread(target=frame.queryDispatch(parsed, "", 0).dispatch, args=(parsed, ()))
        running.start()
        event = KeyEvent()
        event.Source, event.KeyCode = frame.ComponentWindow, ESCAPE
        toolkit = self._service("com.sun.star.awt.Toolkit")
        end = time.monotonic() + LONGEST_START_S
        while running.is_alive() and time.monotonic() < end:
            frame.ComponentWindow.setFocus()
            toolkit.keyPress(event)
            toolkit.keyRelease(event)
            time.sleep(0.2)
        running.join()

    def wizard(self) -> Any:
        """What the function wizard shows of xlplan's functions."""
        known = self._service("com.sun.star.sheet.FunctionDescriptions")
        found = {}
        for place in range(known.Count):
            facts = {fact.Name: fact.Value for fact in known.getByIndex(place)}
            if facts["Name"].startswith("XP_"):
                arguments = [(argument.Name, argument.Description) for argument in facts["Arguments"] or ()]
                found[facts["Name"]] = (facts["Description"], arguments)
        return found

    def _area(self, number: int, sheet: str, area: str) -> Any:
        return self._models[number].Sheets.getByName(sheet).getCellRangeByName(area)


def _option(name: str, value: Any) -> PropertyValue:
    option = PropertyValue()
    option.Name, option.Value = name, value
    return option


def main() -> None:
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    driver = Driver(*sys.argv[1:])
    send(outgoing, "ready")
    while True:
        try:
            method, *arguments = receive(sys.stdin.buffer)
        except EOFError:
            driver.stop()
            return
        try:
            send(outgoing, (True, getattr(driver, method)(*arguments)))
        except Exception as error:
            send(outgoing, (False, f"{type(error).__name__}: {error}"))


if __name__ == "__main__":
    main()

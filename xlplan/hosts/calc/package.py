"""The add-in as a file (.oxt): generated whole from the registry, the release and the Python that runs now."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import xlplan
from xlplan.functions.registry import Function, functions
from xlplan.hosts.acts import ACTS
from xlplan.hosts.calc import addin
from xlplan.hosts.calc.typelibrary import Method, type_library
from xlplan.hosts.calc.wizard import DATA, HEAD, method_of, wizard

IDENTIFIER = "org.xlplan.calc"
INTERFACE, SERVICE = "org.xlplan.XFunctions", "XP"
INSIDE = "xlplan_addin"
"""What the package ``xlplan.hosts.calc.addin`` is called inside LibreOffice."""

SECONDS = 60.0
"""Time limit of one formula."""

START = (
    "import faulthandler, sys; faulthandler.dump_traceback_later({seconds}, exit=True); "
    "sys.path.insert(0, {folder!r}); from xlplan.hosts.calc.worker import main; main()"
)
"""Even a start that hangs ends after a while."""

START_S = 60.0
COMPONENT = f"from {INSIDE}.component import implementations\n\ng_ImplementationHelper = implementations()\n"
DATED = (1980, 1, 1, 0, 0, 0)

KINDS = {
    "xlplan.rdb": "uno-typelibrary;type=RDB",
    "xlplan.py": "uno-component;type=Python",
    "CalcAddIns.xcu": "configuration-data",
    "ProtocolHandler.xcu": "configuration-data",
    "Addons.xcu": "configuration-data",
}
"""What LibreOffice does with each file; the type library comes first, because the component needs it."""

FILE = '<m:file-entry m:full-path="{}" m:media-type="application/vnd.sun.star.{}"/>\n'
MANIFEST = (
    f'{HEAD}<m:manifest xmlns:m="http://openoffice.org/2001/manifest">\n'
    + "".join(FILE.format(*entry) for entry in KINDS.items())
    + "</m:manifest>\n"
)
DESCRIPTION = f"""{HEAD}<description xmlns="http://openoffice.org/extensions/description/2006"
 xmlns:dep="http://openoffice.org/extensions/description/2006"
 xmlns:libreoffice="http://libreoffice.org/extensions/description/2011">
<identifier value="{IDENTIFIER}"/><version value="{{release}}"/>
<dependencies>
<libreoffice:LibreOffice-minimal-version value="25.2" dep:name="LibreOffice 25.2"/>
</dependencies>
<display-name><name lang="en">xlplan</name></display-name>
</description>
"""
HANDLER = f"""{HEAD}{DATA.format(name="ProtocolHandler")}<node oor:name="HandlerSet">
<node oor:name="org.xlplan.Commands" oor:op="replace">
<prop oor:name="Protocols"><value>xlplan:*</value></prop></node></node>
</oor:component-data>
"""
ENTRY = """<node oor:name="{name}" oor:op="replace"><prop oor:name="URL"><value>xlplan:{name}</value></prop>
<prop oor:name="Title"><value xml:lang="en-US">{title}</value></prop></node>
"""
MENU = f"""{HEAD}{DATA.format(name="Addons")}<node oor:name="AddonUI"><node oor:name="OfficeMenuBar">
<node oor:name="org.xlplan.menu" oor:op="replace">
<prop oor:name="Context"><value>com.sun.star.sheet.SpreadsheetDocument</value></prop>
<prop oor:name="Title"><value xml:lang="en-US">xlplan</value></prop>
<node oor:name="Submenu">
{"".join(ENTRY.format(name=act.entry, title=act.label) for act in ACTS)}</node></node>
</node></node>
</oor:component-data>
"""


def command() -> list[str]:
    """What starts a worker of this Python, with this very xlplan."""
    return [
        sys.executable,
        "-P",
        "-c",
        START.format(seconds=START_S, folder=str(Path(xlplan.__file__).resolve().parents[1])),
    ]


def files(*, seconds: float = SECONDS) -> dict[str, bytes]:
    """Every file of the add-in by its path.

    Parameters
    ----------
    seconds : float, optional
        Time limit of one formula.
    """
    known = list(functions().values())
    settings = {
        "release": xlplan.__version__,
        "command": command(),
        "seconds": seconds,
        "methods": {method_of(function.name): function.name for function in known},
        "reads": {function.name: function.reads for function in known},
    }
    texts = {
        "META-INF/manifest.xml": MANIFEST,
        "description.xml": DESCRIPTION.format(release=xlplan.__version__),
        "CalcAddIns.xcu": wizard(known, SERVICE),
        "ProtocolHandler.xcu": HANDLER,
        "Addons.xcu": MENU,
        "xlplan.py": COMPONENT,
        f"pythonpath/{INSIDE}/settings.json": json.dumps(settings, indent=1),
    }
    for source in sorted(Path(addin.__file__).parent.glob("*.py")):
        texts[f"pythonpath/{INSIDE}/{source.name}"] = source.read_text(encoding="utf-8").replace(addin.__name__, INSIDE)
    found = {path: text.encode("utf-8") for path, text in texts.items()}
    found["xlplan.rdb"] = type_library(INTERFACE, [_method(function) for function in known])
    return found


def build(path: Path, *, seconds: float = SECONDS) -> None:
    """Write the add-in to a file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files(seconds=seconds).items():
            package.writestr(zipfile.ZipInfo(name, DATED), content, zipfile.ZIP_DEFLATED)


def _method(function: Function) -> Method:
    """Every answer is a block of cells, every argument whatever stands there; what reads more gets its document."""
    own = [(argument.name, "any") for argument in function.arguments]
    document = [("document", "com.sun.star.beans.XPropertySet")] if function.reads else []
    return Method(method_of(function.name), "[][]any", document + own)

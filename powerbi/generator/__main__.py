"""Writes the project into powerbi/ anew, from what ``sql/gold`` has."""

from pathlib import Path

from powerbi.generator.project import write_project

FOLDER = Path(__file__).parents[1]
GOLD = FOLDER.parent / "sql" / "gold"

if __name__ == "__main__":
    write_project(FOLDER, (file.stem for file in GOLD.glob("*.sql")))

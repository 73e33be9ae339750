"""The warehouse: bronze files become rows in one transaction each load."""

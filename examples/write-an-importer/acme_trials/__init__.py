"""An importer for Tierlock, complete and small; the guide `write-an-importer` walks through it."""

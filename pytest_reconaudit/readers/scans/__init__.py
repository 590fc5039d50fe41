"""One module per thing that is looked for in source code: see :mod:`..scanning`."""

"""One kind of file each: text in, frozen records with line and column out.

A reader is a function ``(text, path) -> record``; call it through ``target.parse(reader, path)``
so that each file is read once. What a reader cannot take in it returns as ``Problem``s: it
raises only on a bug of its own.
"""

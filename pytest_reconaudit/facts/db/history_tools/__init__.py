"""How each migration tool lays out its history: one module for a kind of layout.

Each finds roots by content and configuration, never by a fixed folder name; :mod:`..migrations`
puts them together, so that no file belongs to two histories.
"""

"""Roster grids: sheets whose cells hold hours, and often names, under a heading of days and one of places.

``rule`` is what a source description says of a grid, ``sheet`` gives a file's rows, ``layout`` finds the
headings, ``headings`` and ``clock`` read one heading and one cell, ``expand`` makes a row of every interval,
and ``places`` finds the posts that the headings name. What a cell says beside its hours, such as a name or a
phone, is dropped where the cell is read and is in no chunk, so it can be in no table, report or log.
"""

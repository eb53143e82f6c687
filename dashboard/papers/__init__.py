"""Meeting papers and supervision notices: frames in, the bytes of documents out.

Nothing here reads a database or a clock. What leaves the screen is coarsened first (`wording`): an event
count under 10 is written as that, and no rate, part or score beside it gives it away (DESIGN 8.6).
python-docx and matplotlib are imported inside functions: the web process starts without them.
"""

"""Reviewed packages: results of the police instance that pass to the joint one, one way, by file.

`make` writes a draft, `review` shows and signs it, `take` brings it into the joint database. What may be in
one, row by row, stands in `data.repositories.packages`.
"""

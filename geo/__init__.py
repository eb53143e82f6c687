"""Pure computation on the surroundings of schools.

Frames and arrays go in, frames and Series come out; metres in a metric CRS inside, EPSG:4490 at the edges
that are stored. Nothing here reads a file, a clock, the environment or a database, so the same function
serves one edited school, a district and a worker that holds a province.
"""

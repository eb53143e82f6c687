"""A made-up district, written as files that go in through `campus load` like any bureau's.

`district.write_training_district` is the only door. It draws the land (`land`), places the settlements
(`settlements`), cuts the areas (`areas`), lays the roads (`routes`, `streets`, `corners`, `mesh`,
`roads`), sites the schools beside them (`campuses`, `schools`, `gates`), gives them bells, terms, posts
and duties (`bells`, `school_year`, `posts`, `duties`), opens venues, finds hazards and lets events happen
around them (`venues`, `hazards`, `events`), puts each under a bureau's headings (`sheets`, `surroundings`),
plants the dirty rows (`faults`) and writes each file in the format, encoding and datum that its source
YAML declares (`files`), with a `manifest` of what the intake must say.

Everything is drawn from named streams of one seed (`chance.stream`), so that a module added later does
not move what the others have made. Coordinates are metres from an origin that lies in the open sea:
nobody can take the district for a real one, and EPSG:4549, the zone of the first real district, is the
right zone for it.
"""

from __future__ import annotations

from etl.training.district import SEED, write_training_district
from etl.training.manifest import Manifest, read_manifest

__all__ = ["SEED", "Manifest", "read_manifest", "write_training_district"]

"""The speeds that tests of roads are made with."""

from geo.roads import RoadSpeeds

SPEEDS = RoadSpeeds(
    run_ms=3.0,
    foot_ms=5 / 3.6,
    ebike_ms=20 / 3.6,
    car_kmh={"primary": 45.0, "residential": 25.0, "unclassified": 25.0},
    turnout_s=30.0,
)

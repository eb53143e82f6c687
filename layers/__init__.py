"""What is drawn on the map.

One module a layer: a frozen `LayerSpec`, its base drawn once, its values painted at each rerun.
"""

"""The parts that pages are put together from; none of them reads the database."""

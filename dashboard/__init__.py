"""The pages, and the ASGI application that serves them."""

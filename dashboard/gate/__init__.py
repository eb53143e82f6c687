"""The gate: who comes in, over http and websocket, before anything of Streamlit is asked."""

"""What pages ask the worker for beside builds: drafts, loads, undoings and corrections, each in a child."""

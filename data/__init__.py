"""The only package that knows PostgreSQL: server, roles, tables and every statement that moves rows.

Code only; data files never lie here.
"""

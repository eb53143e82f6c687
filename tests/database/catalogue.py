"""The shape of a database as PostgreSQL's catalog tells it, one line a fact, so that two databases compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from data.cluster import superuser_url

if TYPE_CHECKING:
    from pathlib import Path

OWN = """
    SELECT n.oid, n.nspname FROM pg_namespace AS n
     WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""
NOT_POSTGIS = """
    NOT EXISTS (SELECT FROM pg_depend AS e
                 WHERE e.classid = {catalog}::regclass AND e.objid = {row}.oid AND e.deptype = 'e')
"""
RELATION = f"""
    SELECT c.oid, format('%s.%s', n.nspname, c.relname) AS name, c.relkind, c.relrowsecurity,
           c.relforcerowsecurity, c.relacl, c.relowner, n.nspname
      FROM pg_class AS c JOIN ({OWN}) AS n ON n.oid = c.relnamespace
     WHERE c.relkind <> 'c' AND {NOT_POSTGIS.format(catalog="'pg_class'", row="c")}
"""
TABLES = f"""
    WITH relation AS ({RELATION})
    SELECT format('%s: column %s %s %s%s default %s identity %s: %s', r.name,
                  row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum), a.attname,
                  format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN ' not null' END,
                  pg_get_expr(d.adbin, d.adrelid), a.attidentity, col_description(r.oid, a.attnum))
      FROM relation AS r
      JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = a.attnum
     WHERE r.relkind IN ('r', 'v', 'm')
    UNION ALL
    SELECT format('%s: %s: %s', r.name, r.relkind, obj_description(r.oid, 'pg_class')) FROM relation AS r
    UNION ALL
    SELECT format('%s: constraint %s %s', r.name, k.conname, pg_get_constraintdef(k.oid))
      FROM relation AS r JOIN pg_constraint AS k ON k.conrelid = r.oid
    UNION ALL
    SELECT format('%s: %s', r.name, pg_get_indexdef(r.oid)) FROM relation AS r WHERE r.relkind = 'i'
    UNION ALL
    SELECT format('%s: %s', r.name, to_jsonb(s) - 'seqrelid')
      FROM relation AS r JOIN pg_sequence AS s ON s.seqrelid = r.oid
"""
RIGHTS = f"""
    WITH relation AS ({RELATION})
    SELECT format('%s: owner %s security %s forced %s: %s', r.name, r.relowner::regrole, r.relrowsecurity,
                  r.relforcerowsecurity, r.relacl)
      FROM relation AS r
    UNION ALL
    SELECT format('%s: policy %s', p.polrelid::regclass, to_jsonb(p) - 'oid' - 'polrelid' - 'polqual' - 'polwithcheck'
                  || jsonb_build_object('using', pg_get_expr(p.polqual, p.polrelid),
                                        'check', pg_get_expr(p.polwithcheck, p.polrelid)))
      FROM pg_policy AS p
    UNION ALL
    SELECT format('schema %s: owner %s: %s', n.nspname, n.nspowner::regrole, rights.listed)
      FROM pg_namespace AS n JOIN ({OWN}) AS o USING (oid), LATERAL (
           SELECT string_agg(a::text, ' ' ORDER BY a::text) AS listed
             FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a) AS rights
    UNION ALL
    SELECT format('%s: %s: %s', f.oid::regprocedure, pg_get_functiondef(f.oid), f.proacl)
      FROM pg_proc AS f JOIN ({OWN}) AS n ON n.oid = f.pronamespace
     WHERE f.prokind = 'f' AND {NOT_POSTGIS.format(catalog="'pg_proc'", row="f")}
    UNION ALL
    SELECT format('function %s: %s', f.oid::regprocedure, obj_description(f.oid, 'pg_proc'))
      FROM pg_proc AS f JOIN ({OWN}) AS n ON n.oid = f.pronamespace
     WHERE {NOT_POSTGIS.format(catalog="'pg_proc'", row="f")}
    UNION ALL
    SELECT format('default rights of %s in %s on %s: %s', d.defaclrole::regrole, d.defaclnamespace::regnamespace,
                  d.defaclobjtype, d.defaclacl)
      FROM pg_default_acl AS d
    UNION ALL
    SELECT format('database: %s', string_agg(a::text, ' ' ORDER BY a::text))
      FROM pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
     WHERE d.datname = current_database()
    UNION ALL
    SELECT format('type %s', t.oid::regtype)
      FROM pg_type AS t JOIN ({OWN}) AS n ON n.oid = t.typnamespace
     WHERE {NOT_POSTGIS.format(catalog="'pg_type'", row="t")}
       AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.oid = t.typelem AND e.typarray = t.oid)
"""


def tables(home: Path, database: str) -> list[str]:
    """Give columns, types, defaults, keys, checks, indexes, sequences and comments of all tables."""
    return _lines(home, database, TABLES)


def everything(home: Path, database: str) -> list[str]:
    """Give the tables, and owners, rights, policies, schemas, functions and types beside them."""
    return [*tables(home, database), *_lines(home, database, RIGHTS)]


def differences(before: list[str], after: list[str]) -> list[str]:
    """Give the facts that only one of two databases has."""
    gone, come = sorted(set(before) - set(after)), sorted(set(after) - set(before))
    return [*(f"- {line}" for line in gone), *(f"+ {line}" for line in come)]


def _lines(home: Path, database: str, query: str) -> list[str]:
    with as_superuser(home, database) as connection:
        return sorted(str(line) for (line,) in connection.execute(query))


def as_superuser(home: Path, database: str) -> psycopg.Connection[tuple[object, ...]]:
    """Connect as the one role that no policy and no grant holds back."""
    url = superuser_url(home, database=database).replace("+psycopg", "", 1)
    return psycopg.connect(url, autocommit=True)

"""The database: tables, migrations, and one module of queries per noun.

Every function takes a transaction (`Database.read()` or `.write()`) and model values; SQLAlchemy
is known nowhere else.
"""

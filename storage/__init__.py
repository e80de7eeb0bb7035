"""Tables, queries, evidence files, the register's import and export, migrations."""

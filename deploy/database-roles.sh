#!/bin/bash
# Runs once, in a new database server: the two roles of docs/postgresql.md. Passwords
# reach psql on its standard input, never on a command line.
set -euo pipefail

quoted() { # a SQL literal of a file's one line
  local text
  text=$(cat "$1")
  printf "'%s'" "${text//\'/\'\'}"
}

psql --set=ON_ERROR_STOP=1 --quiet --username "${POSTGRES_USER:-postgres}" <<SQL
CREATE ROLE certify_owner LOGIN PASSWORD $(quoted "${OWNER_PASSWORD_FILE:-/run/secrets/database_owner_password}");
CREATE ROLE certify_service LOGIN PASSWORD $(quoted "${SERVICE_PASSWORD_FILE:-/run/secrets/database_password}") CONNECTION LIMIT 100;
CREATE DATABASE certify OWNER certify_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE CONNECT, TEMPORARY ON DATABASE certify FROM PUBLIC;
GRANT CONNECT ON DATABASE certify TO certify_service;
SQL

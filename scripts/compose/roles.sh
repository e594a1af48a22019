#!/bin/sh
# Runs once, on an empty database server: the two roles of Mbiu and the database that belongs to the first.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres \
    --set=owner="$(cat /run/secrets/owner_password)" --set=app="$(cat /run/secrets/app_password)" <<'SQL'
CREATE ROLE mbiu_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner';
CREATE ROLE mbiu_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app';
CREATE DATABASE mbiu OWNER mbiu_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C';
REVOKE ALL ON DATABASE mbiu FROM PUBLIC;
GRANT CONNECT ON DATABASE mbiu TO mbiu_app;
SQL

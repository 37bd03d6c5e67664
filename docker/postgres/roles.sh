# Run once, by the image's entry, when the database is made.
#
#   croupier   owns the tables and changes them; used while the house is brought up to date
#   house      the servers' login: adds to the books and changes nothing in them
#   backup     copies the database's files and follows its WAL
#
# None of them is a superuser. Passwords are those of the addresses that their users are given.

password_in() { sed -nE 's|^[a-z]+://[^:]+:([^@]+)@.*$|\1|p' "$1"; }

owner_password=$(password_in /run/secrets/database_owner_url)
house_password=$(password_in /run/secrets/database_url)
backup_password=$(cat /run/secrets/backup_password)
for password in "$owner_password" "$house_password" "$backup_password"; do
  case $password in
    '' | *[!0-9A-Za-z_-]*) echo "roles.sh: a password is missing, or not of letters and digits" >&2; exit 1 ;;
  esac
done

# By standard input: arguments can be read by whoever lists processes.
psql -v ON_ERROR_STOP=1 --quiet --username "${POSTGRES_USER:-postgres}" --dbname croupier <<SQL
CREATE ROLE croupier_server NOLOGIN;
CREATE ROLE croupier LOGIN PASSWORD '$owner_password' IN ROLE croupier_server;
CREATE ROLE house LOGIN PASSWORD '$house_password' IN ROLE croupier_server;
CREATE ROLE backup LOGIN REPLICATION PASSWORD '$backup_password';
ALTER DATABASE croupier OWNER TO croupier;
REVOKE ALL ON DATABASE croupier FROM PUBLIC;
GRANT CONNECT ON DATABASE croupier TO house;
SQL
echo 'host replication backup samenet scram-sha-256' >>"$PGDATA/pg_hba.conf"

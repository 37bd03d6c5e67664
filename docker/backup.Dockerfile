# Takes base backups and follows the WAL of a Postgres, and restores from both. The base is the
# database's own image: its programs have to be of the same version.
#
#   docker build -f docker/backup.Dockerfile -t localhost/croupier/backup .

FROM postgres:17.11-trixie
COPY docker/backup /usr/local/lib/croupier
# A volume takes the owner of the folder that it is mounted on.
RUN mkdir /backups /restored && chown postgres:postgres /backups /restored && chmod 700 /backups /restored
USER postgres
ENTRYPOINT ["bash", "/usr/local/lib/croupier/backup.sh"]
CMD ["run"]
STOPSIGNAL SIGTERM

#!/bin/sh
tar cf "$BACKUP_TARGET/db.tar" /data

CREATE INDEX volumes_room ON shelves (room);

CREATE INDEX CONCURRENTLY volumes_shelf ON volumes (shelf_id);

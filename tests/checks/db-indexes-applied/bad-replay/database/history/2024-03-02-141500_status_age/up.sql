/* The dispatcher asks for the oldest parcels of a status.
   (The name is taken since January: nothing happens here.) */
CREATE INDEX IF NOT EXISTS idx_parcels_status
    ON parcels (status, updated_at DESC);

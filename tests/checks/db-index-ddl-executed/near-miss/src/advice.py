def hint():
    return {"message": "run CREATE INDEX idx_rooms_name ON rooms (name)"}

-- what the migrations make, to look at
CREATE INDEX volumes_isbn ON volumes (isbn);

-- Only a developer's database is emptied so.
DELETE FROM keepers;
INSERT INTO keepers (name) VALUES ('Ida'), ('Jonas');

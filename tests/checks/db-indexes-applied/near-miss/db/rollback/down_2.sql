CREATE INDEX back_again ON players (nick);

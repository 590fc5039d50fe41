create index harbours_name on harbours (name);

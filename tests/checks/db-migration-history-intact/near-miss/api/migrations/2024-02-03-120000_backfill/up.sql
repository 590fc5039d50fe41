UPDATE crates SET id = id;

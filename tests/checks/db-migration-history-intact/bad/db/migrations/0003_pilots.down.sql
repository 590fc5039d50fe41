DROP TABLE pilots;

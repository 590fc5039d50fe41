mod pilots;

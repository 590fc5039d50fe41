DROP TABLE berths;
DROP TABLE harbours;

DROP INDEX berths_quay;

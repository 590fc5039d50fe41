DROP TABLE invitations;
DROP TABLE patients;

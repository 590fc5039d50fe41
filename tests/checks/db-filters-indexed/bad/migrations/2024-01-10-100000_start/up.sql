CREATE TABLE patients (
    id BIGSERIAL PRIMARY KEY,
    clinic_id BIGINT NOT NULL,
    insurance_number TEXT NOT NULL,
    name TEXT NOT NULL
);
CREATE INDEX patients_clinic ON patients (clinic_id, name);

-- what a patient is asked to confirm
CREATE TABLE invitations (
    id UUID PRIMARY KEY,
    patient_id BIGINT NOT NULL REFERENCES patients (id),
    token TEXT NOT NULL,
    used BOOLEAN NOT NULL DEFAULT false
);
CREATE INDEX invitations_patient ON invitations (patient_id);

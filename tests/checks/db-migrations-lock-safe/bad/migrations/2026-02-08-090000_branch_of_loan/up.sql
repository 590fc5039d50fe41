ALTER TABLE loans ADD COLUMN branch_id INTEGER;
UPDATE loans
   SET branch_id = readers.home_branch
  FROM readers
 WHERE readers.id = loans.reader_id;
ALTER TABLE loans ADD CONSTRAINT loans_branch FOREIGN KEY (branch_id)
    REFERENCES branches (id) NOT VALID;
ALTER TABLE loans VALIDATE CONSTRAINT loans_branch;

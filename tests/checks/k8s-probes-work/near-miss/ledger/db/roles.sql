CREATE ROLE ledger;

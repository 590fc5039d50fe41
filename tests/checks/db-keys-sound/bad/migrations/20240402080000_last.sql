COMMENT ON TABLE rooms IS 'To let.';

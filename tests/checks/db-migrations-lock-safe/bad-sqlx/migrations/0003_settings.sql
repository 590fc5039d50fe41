CREATE INDEX port_settings_port ON port_settings (port);

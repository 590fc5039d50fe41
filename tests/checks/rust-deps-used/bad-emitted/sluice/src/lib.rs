canal_core::at_start!(open);

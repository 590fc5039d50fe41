canal_core::register_lock! {}

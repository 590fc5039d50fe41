pub mod signals_redis;

pub use ::ctor::ctor;

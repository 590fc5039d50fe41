pub mod start;

pub use canal_macros::register_lock;
pub use start::ctor;
pub use ::serde_with::serde_as;

#[macro_export]
macro_rules! at_start {
	($name:ident) => {
		#[$crate::ctor(unsafe)]
		fn $name() {}
	};
}

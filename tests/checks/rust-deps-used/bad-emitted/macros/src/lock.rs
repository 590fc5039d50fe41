use proc_macro::TokenStream;
use quote::quote;

pub(super) fn register(_: TokenStream) -> TokenStream {
	quote! {
		#[canal_core::ctor(unsafe)]
		fn _register() {}
	}
	.into()
}

use proc_macro::TokenStream;
use quote::quote;

/// One counter for each name.
#[proc_macro]
pub fn gauge_set(input: TokenStream) -> TokenStream {
    gauge_schema::emit(input.into()).into()
}

#[proc_macro_derive(Gauge)]
pub fn derive_gauge(_input: TokenStream) -> TokenStream {
    quote! {
        const _: fn() -> ::indexmap::IndexMap<&'static str, f64> = || ::indexmap::IndexMap::new();
    }
    .into()
}

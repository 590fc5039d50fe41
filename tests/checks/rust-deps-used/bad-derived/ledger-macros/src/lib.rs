use proc_macro::TokenStream;
use quote::quote;

/// Serialize and Deserialize are left to whoever calls it.
#[proc_macro]
pub fn buoy(_: TokenStream) -> TokenStream {
    let code: proc_macro2::TokenStream = quote! {
        #[derive(Debug, Clone, Default)]
        pub struct Buoy {
            pub serial: u64,
        }
    };
    code.into()
}

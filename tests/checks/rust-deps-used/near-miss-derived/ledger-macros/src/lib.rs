use proc_macro::TokenStream;
use proc_macro2::TokenStream as Code;
use quote::quote;

/// Makes a module of entries; the prelude brings the names of the derives.
#[proc_macro_attribute]
pub fn ledger(_options: TokenStream, item: TokenStream) -> TokenStream {
    let item = Code::from(item);
    quote! {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub struct Entry {
            pub serial: u64,
        }

        #[derive(Debug, Error)]
        pub enum EntryError {
            Missing,
        }

        extern crate hashbrown;

        #item
    }
    .into()
}

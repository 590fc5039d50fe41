mod level;
mod lock;

use proc_macro::TokenStream;

#[proc_macro]
pub fn register_lock(args: TokenStream) -> TokenStream { lock::register(args) }

#[proc_macro]
pub fn water_level(args: TokenStream) -> TokenStream { level::of(args) }

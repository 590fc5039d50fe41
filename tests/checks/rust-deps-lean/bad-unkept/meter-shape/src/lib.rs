pub fn refuse(field: &str) -> ! {
    proc_macro_error::abort_call_site!("no field {}", field)
}

mod stops;
fn main() {
    stops::all();
}

use axum::http::StatusCode;

#[derive(Clone, Copy)]
pub enum Gate {
    Lower,
    Upper,
}

pub fn turn(gate: Gate) -> StatusCode {
    match gate {
        Gate::Lower => StatusCode::NO_CONTENT,
        Gate::Upper => todo!(),
    }
}

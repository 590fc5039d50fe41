/// For the operator on the machine only.
pub async fn serve() {
    warp::serve(warp::any().map(|| "up 1")).run(([127, 0, 0, 1], 9464)).await
}

pub async fn pods() -> kube::Result<kube::Client> {
    kube::Client::try_default().await
}

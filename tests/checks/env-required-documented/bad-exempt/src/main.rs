fn main() -> anyhow::Result<()> {
    let listen = std::env::var("LISTEN").unwrap_or_else(|_| "0.0.0.0:8080".into());
    let exempt = std::env::var("AUTH_MFA_BYPASS_TENANTS").unwrap_or_default();
    let site = std::env::var("GATE_COOKIE_SITE")
        .ok()
        .map(|value| value.parse::<u8>())
        .transpose()
        .context("GATE_COOKIE_SITE is no number")?
        .unwrap_or(1);
    println!("{listen} {} {site}", exempt.split(',').count());
    Ok(())
}

fn key() -> anyhow::Result<String> {
    std::env::var("GATE_KEY")
        .or_else(|_| std::env::var("LISTEN"))
        .map_err(|_| anyhow::anyhow!("no key"))
}

fn strict() -> anyhow::Result<String> {
    let found = std::env::var("GATE_SEAL")
        .or_else(|_| std::env::var("LISTEN"))
        .map_err(|_| anyhow::anyhow!("no seal"))?;
    Ok(found)
}

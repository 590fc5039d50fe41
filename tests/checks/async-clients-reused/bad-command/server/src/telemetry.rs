use opentelemetry_otlp::{LogExporter, SpanExporter};

// an exporter gives up each export by itself
pub fn init() {
    let logs = LogExporter::builder().with_http().with_http_client(reqwest::Client::new()).build();
    let client = reqwest::Client::new();
    let spans = SpanExporter::builder().with_http().with_http_client(client.clone()).build();
    drop((logs, spans));
}

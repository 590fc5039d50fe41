// Stands for what the authority will answer; nothing is signed yet.
export function pretendedCertificate() {
  return {
    key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg...
-----END PRIVATE KEY-----`,
  };
}

/** A certificate for this machine's loopback address that nobody signed but itself, by the `openssl` program. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export interface Certificate {
  /** Files. */
  readonly certificate: string;
  readonly key: string;
}

/** In `folder`. Node takes it where NODE_EXTRA_CA_CERTS names its file. */
export function makeCertificate(folder: string): Certificate {
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const about = ['-days', '2', '-subj', '/CN=loopback', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  execFileSync('openssl', ['req', '-x509', ...made, '-out', certificate, ...about], { stdio: 'ignore' });
  return { certificate, key };
}

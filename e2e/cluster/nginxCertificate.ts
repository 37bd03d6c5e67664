import { existsSync } from "node:fs";
import { startProgram } from "../src/testing/processes.ts";

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

const SUBJECT = ["-subj", "/CN=localhost"];
const NAMES = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"];

/** Writes a certificate for this machine, signed by itself, where there is none. */
export async function makeCertificate({ certificate, key }: CertificateFiles): Promise<void> {
  if (existsSync(certificate) && existsSync(key)) return;
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "365"];
  const files = ["-keyout", key, "-out", certificate];
  const args = ["req", "-x509", ...kind, ...SUBJECT, ...NAMES, ...files];
  const { code, stderr } = await startProgram("openssl", { args }).exited;
  if (code !== 0) throw new Error(`openssl makes no certificate: ${stderr.trim()}`);
}

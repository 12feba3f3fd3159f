// #region client
import { open } from 'couplet';

const [, , port = '', ca = 'cert.pem'] = process.argv;
try {
  await using connection = await open(`tls:localhost:${port}:ca=${ca}`);
  const { version, peerCertificate } = connection.tls ?? {};
  console.log(
    `${version}, ${peerCertificate?.subject}, until ${new Date(peerCertificate?.validTo ?? 0).toDateString()}`,
  );
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
// #endregion client

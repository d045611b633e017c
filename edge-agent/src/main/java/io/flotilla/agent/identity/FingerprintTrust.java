package io.flotilla.agent.identity;

import io.flotilla.bundle.Digest;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts a server whose chain holds the authority with a known fingerprint, and then only what that
 * authority vouches for, by the platform's own path validation and host name check.
 */
final class FingerprintTrust extends X509ExtendedTrustManager {
  private final Digest authority;

  FingerprintTrust(Digest authority) {
    this.authority = authority;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    anchored(chain).checkServerTrusted(chain, authType, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    anchored(chain).checkServerTrusted(chain, authType, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    anchored(chain).checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw noClients();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw noClients();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw noClients();
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }

  private X509ExtendedTrustManager anchored(X509Certificate[] chain) throws CertificateException {
    for (X509Certificate certificate : chain) {
      // Basic constraints say that it is an authority: a leaf with that digest must not be one.
      if (certificate.getBasicConstraints() >= 0
          && Digest.of(certificate.getEncoded()).equals(authority)) {
        return DeviceTls.trusting(certificate);
      }
    }
    throw new CertificateException("the chain does not hold the authority that the claim names");
  }

  private static CertificateException noClients() {
    return new CertificateException("a device accepts no clients");
  }
}
